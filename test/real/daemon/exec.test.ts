import { createHash, randomBytes } from 'node:crypto';
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer, text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import { isAlive } from '../../support/daemon/kernel.ts';
import { onDaemon } from '../../support/daemon/scenario.ts';
import type { Space } from '../../support/daemon/space.ts';
import { eventually } from '../../support/eventually.ts';

const scenario = onDaemon(test);
const CLI = join(import.meta.dirname, '../../../cli/main.ts');
const MB = 1024 * 1024;

interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command as a person types it; ends with the test. */
function start(t: ExecutionContext, space: Space, args: readonly string[]): ChildProcessWithoutNullStreams {
  const env = { ...process.env, TSMOBY_HOST: `unix://${space.daemon.socketPath}`, NO_COLOR: '1' };
  const child = spawn(process.execPath, [CLI, ...args.slice(0, 1), '-n', space.namespace, ...args.slice(1)], { env });
  child.stdin.on('error', () => undefined);
  t.teardown(() => child.kill('SIGKILL'));
  return child;
}

async function run(t: ExecutionContext, space: Space, args: readonly string[], input?: string): Promise<Ran> {
  const child = start(t, space, args);
  child.stdin.end(input);
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  return { code: code as number, stdout, stderr };
}

/** A container that does nothing; resolves with its first process. */
async function idle(space: Space, command: readonly string[] = ['sleep', '100000']): Promise<number> {
  await space.container('web', { command: [...command] });
  return (await space.running('web')).status?.pid ?? 0;
}

/** Processes beside the first of the container whose words hold these. */
async function pidsOf(first: number, words: string): Promise<readonly number[]> {
  const all = (await readdir('/proc')).map(Number).filter((pid) => pid > 1 && pid !== first);
  const place = (pid: number): Promise<string> => readFile(`/proc/${pid}/cgroup`, 'utf8').catch(() => '');
  const here = await place(first);
  const found: number[] = [];
  for (const pid of all) {
    const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (line.replaceAll('\0', ' ').includes(words) && (await place(pid)) === here) found.push(pid);
  }
  return found;
}

const started = async (first: number, words: string): Promise<number> =>
  await eventually(`${words} runs`, async () => (await pidsOf(first, words))[0]);

const ended = async (pid: number): Promise<unknown> =>
  await eventually(`process ${pid} is gone`, async () => !isAlive(pid) || undefined);

scenario('exec gives output, errors and exit code', async (t, space) => {
  await idle(space);
  t.deepEqual(await run(t, space, ['exec', 'web', '--', 'sh', '-c', 'echo out; echo err >&2; exit 3']), {
    code: 3,
    stdout: 'out\n',
    stderr: 'err\ncommand terminated with exit code 3\n',
  });
  t.deepEqual(await run(t, space, ['exec', 'web', '--', 'true']), { code: 0, stdout: '', stderr: '' });
  t.is((await run(t, space, ['exec', 'web', '--', 'sh', '-c', 'kill -9 $$'])).code, 137);
});

scenario('what cannot be run, and where nothing runs, is told', async (t, space) => {
  await idle(space);
  const unknown = await run(t, space, ['exec', 'web', '--', 'no-such-program']);
  t.is(unknown.code, 1);
  t.regex(unknown.stderr, /no-such-program/);
  t.is((await run(t, space, ['exec', 'web', '--', 'sh', '-c', 'no-such-program'])).code, 127);
  t.is((await run(t, space, ['exec', 'web', '--', 'sh', '-c', '/etc'])).code, 126);
  t.regex((await run(t, space, ['exec', 'nobody', '--', 'true'])).stderr, /containers.* "nobody" not found/);
  t.regex(
    (await run(t, space, ['exec', '-c', 'other', 'web', '--', 'true'])).stderr,
    /container other is not valid for pod web/,
  );
  await space.container('done', { command: ['true'], restartPolicy: 'Never' });
  await space.until('Container', 'done', 'ended', (object) => JSON.stringify(object).includes('"terminated"'));
  t.regex((await run(t, space, ['exec', 'done', '--', 'true'])).stderr, /container not found \("done"\)/);
});

scenario('megabytes go in and come back as they were', async (t, space) => {
  await idle(space);
  const sent = randomBytes(8 * MB);
  const child = start(t, space, ['exec', '-i', 'web', '--', 'cat']);
  child.stdin.end(sent);
  const back = await buffer(child.stdout);
  t.is(back.length, sent.length);
  t.is(createHash('sha256').update(back).digest('hex'), createHash('sha256').update(sent).digest('hex'));
  t.is(child.exitCode ?? ((await once(child, 'exit'))[0] as number), 0);
  t.is((await run(t, space, ['exec', '-i', 'web', '--', 'head', '-c', '3'], 'x'.repeat(2 * MB))).stdout, 'xxx');
});

scenario('cp takes a directory in and out again', async (t, space) => {
  await idle(space);
  const local = join(space.daemon.folder, 'files');
  await mkdir(join(local, 'deep'), { recursive: true });
  const bytes = randomBytes(3 * MB);
  await writeFile(join(local, 'deep', 'a file'), bytes);
  const into = await run(t, space, ['cp', local, 'web:/tmp/in']);
  t.deepEqual([into.code, into.stderr], [0, '']);
  const out = await run(t, space, ['cp', 'web:/tmp/in', join(space.daemon.folder, 'back')]);
  t.deepEqual([out.code, out.stderr], [0, '']);
  t.true(bytes.equals(await readFile(join(space.daemon.folder, 'back', 'deep', 'a file'))));
});

/** `script` gives the command a terminal. */
function onTerminal(t: ExecutionContext, space: Space, args: readonly string[]): ChildProcessWithoutNullStreams {
  const line = ['stty cols 77 rows 33;', process.execPath, CLI, args[0], '-n', space.namespace, ...args.slice(1)].join(
    ' ',
  );
  const env = { ...process.env, TSMOBY_HOST: `unix://${space.daemon.socketPath}`, TERM: 'xterm' };
  const child = spawn('script', ['-qec', line, '/dev/null'], { env });
  t.teardown(() => child.kill('SIGKILL'));
  return child;
}

scenario('exec -it is a terminal of the size of this one', async (t, space) => {
  await idle(space);
  const child = onTerminal(t, space, ['exec', '-it', 'web', '--', 'sh']);
  let seen = '';
  child.stdout.on('data', (chunk: Buffer) => (seen += chunk.toString()));
  await eventually('the shell asks', () => seen.includes('# ') || undefined);
  child.stdin.write('stty size; tty; exit 5\n');
  await once(child, 'exit');
  t.regex(seen, /33 77\r+\n\/dev\/pts\/\d/);
  t.regex(seen, /command terminated with exit code 5/);
});

scenario('a terminal whose size changes is told, and a key that interrupts does', async (t, space) => {
  await idle(space);
  const script = 'trap "stty size" WINCH; trap "exit 7" INT; echo ready; while :; do sleep 0.05; done';
  const query = new URLSearchParams({ stdin: 'true', stdout: 'true', tty: 'true' });
  for (const word of ['sh', '-c', script]) query.append('command', word);
  const path = `/apis/tsmoby.dev/v1alpha1/namespaces/${space.namespace}/containers/web/exec?${query.toString()}`;
  await using shell = await space.daemon.client.remoteCommand(path, {});
  let seen = '';
  for await (const chunk of shell.stdout) {
    seen += Buffer.from(chunk).toString();
    if (seen === 'ready\r\n') await shell.resize({ columns: 123, rows: 45 });
    if (seen.endsWith('45 123\r\n')) await shell.write(Buffer.from('\u0003'));
  }
  t.is(seen, 'ready\r\n45 123\r\n^C');
  t.deepEqual(await shell.exited, { exitCode: 7 });
});

scenario('attach shows what comes, and types into a container that takes input', async (t, space) => {
  await space.container('shell', { command: ['sh', '-c', 'while read l; do echo "got $l"; done'], stdin: true });
  await space.running('shell');
  const child = start(t, space, ['attach', '-i', 'shell']);
  let seen = '';
  child.stdout.on('data', (chunk: Buffer) => (seen += chunk.toString()));
  child.stdin.write('one\n');
  await eventually('it answers', () => seen === 'got one\n' || undefined);
  child.kill('SIGKILL');
  const again = start(t, space, ['attach', '-i', 'shell']);
  again.stdin.write('two\n');
  const [first] = (await once(again.stdout, 'data')) as [Buffer];
  t.is(first.toString(), 'got two\n', 'the process outlived who was attached');
});

scenario('a client that is killed takes its process with it, whatever that waits for', async (t, space) => {
  const first = await idle(space);
  const quiet = start(t, space, ['exec', 'web', '--', 'sleep', '1111']);
  const pid = await started(first, 'sleep 1111');
  quiet.kill('SIGKILL');
  await ended(pid);
  // Its output is not read, its input not taken.
  const loud = start(t, space, ['exec', 'web', '--', 'sh', '-c', 'yes; : 2222']);
  loud.stdout.pause();
  const yes = await started(first, 'sh -c yes; : 2222');
  await sleep(500);
  loud.kill('SIGKILL');
  await ended(yes);
  const deaf = start(t, space, ['exec', '-i', 'web', '--', 'sleep', '3333']);
  const asleep = await started(first, 'sleep 3333');
  deaf.stdin.write(Buffer.alloc(4 * MB));
  await sleep(500);
  deaf.kill('SIGKILL');
  await ended(asleep);
  t.pass();
});

scenario('a daemon that stops ends the processes that were started, and tells their clients', async (t, space) => {
  const first = await idle(space);
  const child = start(t, space, ['exec', 'web', '--', 'sleep', '4444']);
  const message = text(child.stderr);
  const pid = await started(first, 'sleep 4444');
  t.is(await space.daemon.stop(), 0);
  t.false(isAlive(pid));
  t.true(isAlive(first), 'the container runs on');
  t.is(child.exitCode ?? ((await once(child, 'exit'))[0] as number), 1);
  t.regex(await message, /the connection to the server broke off|the server is stopping/);
  await space.daemon.start();
  t.is((await run(t, space, ['exec', 'web', '--', 'true'])).code, 0);
});

scenario('fifty at once all get their own output', async (t, space) => {
  await idle(space);
  const path = (n: number): string =>
    `/apis/tsmoby.dev/v1alpha1/namespaces/${space.namespace}/containers/web/exec?command=echo&command=${n}&stdout=true&stderr=true`;
  const outputs = await Promise.all(
    Array.from({ length: 50 }, async (_, n) => {
      await using command = await space.daemon.client.remoteCommand(path(n), {});
      const output = await buffer(command.stdout);
      return [output.toString(), (await command.exited).exitCode];
    }),
  );
  t.deepEqual(
    outputs,
    Array.from({ length: 50 }, (_, n) => [`${n}\n`, 0]),
  );
});
