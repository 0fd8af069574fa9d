import { access, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createHash } from 'node:crypto';
import test from 'ava';
import type { Container, Volume } from '../../../schemas/gen/types.ts';
import { isAlive } from '../../support/daemon/kernel.ts';
import { onDaemon } from '../../support/daemon/scenario.ts';
import type { Space } from '../../support/daemon/space.ts';
import { eventually } from '../../support/eventually.ts';

const scenario = onDaemon(test);
const STAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z /;

/** Bytes, number of lines and hash of a log, without holding it. */
async function measure(space: Space, name: string): Promise<{ bytes: number; lines: number; sha256: string }> {
  const hash = createHash('sha256');
  let [bytes, lines] = [0, 0];
  for await (const chunk of await space.daemon.client.stream(space.logPath(name))) {
    const buffer = Buffer.from(chunk);
    hash.update(buffer);
    bytes += buffer.length;
    for (const byte of buffer) if (byte === 10) lines += 1;
  }
  return { bytes, lines, sha256: hash.digest('hex') };
}

scenario('a log is told whole, by its end, since a time, with times, and cut', async (t, space) => {
  await space.shell('job', 'for i in 1 2 3 4 5; do echo line $i; done; echo "no end" >&2; printf "without newline"');
  const whole = await space.logs('job');
  t.deepEqual(
    whole.split('\n').filter((line) => line.startsWith('line')),
    ['line 1', 'line 2', 'line 3', 'line 4', 'line 5'],
  );
  t.regex(whole, /no end\n/);
  t.regex(whole, /without newline/);
  t.is((await space.logs('job', 'tailLines=2')).trimEnd().split('\n').length, 2);
  t.is(await space.logs('job', 'tailLines=0'), '');
  const stamped = (await space.logs('job', 'timestamps=true')).trimEnd().split('\n');
  t.true(
    stamped.every((line) => STAMP.test(line)),
    stamped.join('\n'),
  );
  const since = new Date(Date.now() + 3_600_000).toISOString();
  t.is(await space.logs('job', `sinceTime=${since}`), '');
  t.is(await space.logs('job', 'sinceSeconds=3600'), whole);
  t.is(await space.logs('job', 'limitBytes=6'), whole.slice(0, 6));
});

scenario('a log is followed while it grows, to the end of the run', async (t, space) => {
  await space.container('job', {
    command: ['sh', '-c', 'for i in 1 2 3; do echo line $i; sleep 0.3; done'],
    restartPolicy: 'Never',
  });
  await space.until<Container>(
    'Container',
    'job',
    'has a log',
    ({ status }) => status?.logRun !== undefined && status.started,
  );
  let text = '';
  for await (const chunk of await space.daemon.client.stream(space.logPath('job', 'follow=true')))
    text += String(chunk);
  t.is(text, 'line 1\nline 2\nline 3\n');
});

scenario('the log of the run before stays readable', async (t, space) => {
  await space.apply({ kind: 'Volume', name: 'count', spec: { reclaimPolicy: 'Delete' } });
  const script = 'n=$(cat /count/n 2>/dev/null || echo 0); echo $((n+1)) > /count/n; echo run $n; sleep 600';
  await space.container('web', {
    command: ['sh', '-c', script],
    volumes: [{ name: 'count', volume: { name: 'count' } }],
    volumeMounts: [{ name: 'count', mountPath: '/count' }],
  });
  const { status } = await space.running('web');
  await eventually('the first run writes', async () => (await space.logs('web')) === 'run 0\n');
  await t.throwsAsync(space.logs('web', 'previous=true'), { message: /previous terminated container .* not found/ });
  process.kill(status?.pid ?? 0, 'SIGKILL');
  await eventually('the second run writes', async () => (await space.logs('web').catch(() => '')) === 'run 1\n');
  t.is(await space.logs('web', 'previous=true'), 'run 0\n');
});

scenario('a container that never ran says what it waits for instead', async (t, space) => {
  await space.container('web', { command: ['true'], image: '127.0.0.1:1/nothing:here' });
  await space.until<Container>('Container', 'web', 'waits', ({ status }) => status?.state?.waiting);
  await t.throwsAsync(space.logs('web'), { message: /waiting to start/ });
  await t.throwsAsync(space.logs('absent'), { message: /not found/ });
});

scenario('files are rotated by size and number, and a fast writer is never held up', async (t, space) => {
  const script =
    'i=0; while [ $i -lt 40000 ]; do echo "line number $i of many that are written as fast as it goes"; i=$((i+1)); done';
  await space.shell('many', script, { logging: { maxSize: '256Ki', maxFiles: 3 } });
  const { metadata } = await space.get<Container>('Container', 'many');
  const directory = join(space.daemon.options.dataDir, 'logs', metadata.uid);
  const files = await readdir(directory);
  t.true(files.length <= 3, String(files));
  for (const file of files) t.true((await stat(join(directory, file))).size <= 320 * 1024);
  const lines = (await space.logs('many')).trimEnd().split('\n');
  t.is(lines.at(-1), 'line number 39999 of many that are written as fast as it goes');
  const numbers = lines.map((line) => Number(line.split(' ')[2]));
  t.true(
    numbers.every((number, index) => index === 0 || number === (numbers[index - 1] ?? 0) + 1),
    'a line is missing in between',
  );
  await space.remove('Container', 'many');
  t.false((await readdir(join(space.daemon.options.dataDir, 'logs'))).includes(metadata.uid));
});

scenario('50 MB written while the daemon is down block nobody and lose no line', async (t, space) => {
  const line = 'x'.repeat(1023);
  const count = 51_200;
  const script = `while [ ! -e /go/now ]; do sleep 0.1; done; yes ${line} | head -n ${count}; echo done > /go/done; sleep 600`;
  await space.apply({ kind: 'Volume', name: 'go', spec: { reclaimPolicy: 'Delete' } });
  await space.container('writer', {
    command: ['sh', '-c', script],
    logging: { maxSize: '100Mi', maxFiles: 2 },
    volumes: [{ name: 'go', volume: { name: 'go' } }],
    volumeMounts: [{ name: 'go', mountPath: '/go' }],
  });
  const { status } = await space.running('writer');
  const { status: volume } = await space.ready<Volume>('Volume', 'go');
  const path = volume?.path ?? '';
  await space.daemon.kill9();
  await writeFile(join(path, 'now'), '');
  await eventually('it has written all', () =>
    access(join(path, 'done')).then(
      () => true,
      () => false,
    ),
  );
  t.true(isAlive(status?.pid ?? 0));
  await space.daemon.start();
  const expected = createHash('sha256').update(`${line}\n`.repeat(count)).digest('hex');
  const seen = await measure(space, 'writer');
  t.deepEqual(seen, { bytes: count * 1024, lines: count, sha256: expected });
  t.is((await space.running('writer')).status?.pid, status?.pid);
});

scenario('a logd that is killed costs at most what was in flight, and the container runs on', async (t, space) => {
  const script = 'i=0; while true; do echo line $i; i=$((i+1)); sleep 0.01; done';
  await space.container('web', { command: ['sh', '-c', script] });
  const { status } = await space.running('web');
  await eventually('it writes', async () => (await space.logs('web')).split('\n').length > 20);
  const logd = await space.daemon.logdPid();
  process.kill(logd, 'SIGKILL');
  await eventually('another logd runs', async () => (await space.daemon.logdPid()) !== logd);
  const before = (await space.logs('web')).split('\n').length;
  await eventually('lines go on', async () => (await space.logs('web')).split('\n').length > before + 20);
  t.true(isAlive(status?.pid ?? 0));
  const numbers = (await space.logs('web')).match(/^line \d+$/gm)?.map((text) => Number(text.slice(5))) ?? [];
  const missing = numbers.filter((number, index) => index > 0 && number !== (numbers[index - 1] ?? 0) + 1);
  t.true(missing.length <= 1, `gaps before ${missing.join(', ')}`);
  t.is((await space.running('web')).status?.restartCount, 0);
});
