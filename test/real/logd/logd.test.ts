import { cp, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import test from 'ava';
import { createHost } from '../../../runtime/host/create-host.ts';
import { openLogs } from '../../../runtime/logd/create-logs.ts';
import type { LogRun } from '../../../runtime/ports/logs.ts';
import { eventually, limits, readAll } from '../../suites/logs.ts';
import { openMachine, openWriter, type LogdMachine } from './machine.ts';

const run: LogRun = { log: 'uid-1', run: 0 };
const large = { maxBytes: 1 << 30, maxFiles: 3 };

/** A process that writes numbered lines as fast as it may, holding its streams as a container does. */
async function burst(paths: { stdout: string; stderr: string }, megabytes: number): Promise<void> {
  const bytes = megabytes << 20;
  const script = `exec 3<>"$1" 4<>"$2"; seq -f '%012.0f abcdefghijklmnopqrstuvwxyz' 1 ${Math.floor(bytes / 40)} >&3`;
  const child = spawn('sh', ['-c', script, 'sh', paths.stdout, paths.stderr], { stdio: 'ignore' });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`the writer ended with ${code}`);
}

const burstText = (megabytes: number): string =>
  Array.from(
    { length: Math.floor((megabytes << 20) / 40) },
    (_, index) => `${String(index + 1).padStart(12, '0')} abcdefghijklmnopqrstuvwxyz\n`,
  ).join('');

/** The log directory's bytes that are no header: what was written, whatever became of it. */
async function segments(machine: LogdMachine): Promise<readonly string[]> {
  return (await readdir(join(machine.options.dataDirectory, 'logs/uid-1'))).sort();
}

test('50 MB written while no daemon runs neither block nor lose a line', async (t) => {
  await using machine = await openMachine();
  const paths = await machine.logs.open(run, large);
  await machine.logs[Symbol.asyncDispose]();
  await burst(paths, 50);
  await using next = await openLogs(machine.options);
  await next.drain(run);
  t.true((await readAll(next, run)) === burstText(50), 'every byte in order');
});

test('the next daemon adopts the same logd', async (t) => {
  await using machine = await openMachine();
  const before = await machine.identity();
  await machine.logs[Symbol.asyncDispose]();
  await using _next = await openLogs(machine.options);
  t.deepEqual(await machine.identity(), before);
});

test('a killed logd is replaced, goes on with what is open, and loses no more than what it had in hand', async (t) => {
  await using machine = await openMachine();
  const writer = await machine.writer(await machine.logs.open(run, limits));
  await writer.stdout('before\n');
  await eventually(async () => (await readAll(machine.logs, run)) === 'before\n');
  const first = await machine.identity();
  await machine.processes.signal(first, 'SIGKILL');
  await writer.stdout('while it was dead\n');
  await eventually(async () => (await machine.identity()).pid !== first.pid);
  await writer.stdout('after\n');
  await writer.close();
  await machine.logs.drain(run);
  t.is(await readAll(machine.logs, run), 'before\nwhile it was dead\nafter\n');
});

test('who is attached stays so when logd is killed and replaced', async (t) => {
  await using machine = await openMachine();
  const writer = await machine.writer(await machine.logs.open(run, limits));
  await using attached = await machine.logs.attach(run);
  const seen: string[] = [];
  const reading = (async () => {
    for await (const chunk of attached.stdout) seen.push(Buffer.from(chunk).toString());
  })();
  await writer.stdout('before\n');
  await eventually(async () => seen.join('') === 'before\n');
  const first = await machine.identity();
  await machine.processes.signal(first, 'SIGKILL');
  await eventually(async () => (await machine.identity()).pid !== first.pid);
  // It comes back a moment after the next one listens.
  for (let n = 0; !seen.join('').includes('again') && n < 200; n++) {
    await writer.stdout('again\n');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await writer.stdout('after\n');
  await writer.close();
  await machine.logs.drain(run);
  await attached.ended;
  await reading;
  t.regex(seen.join(''), /^before\n(again\n)+after\n$/);
});

test('an attached reader that takes its time holds the writer up, gets everything, and a second one sees it, too', async (t) => {
  await using machine = await openMachine();
  const paths = await machine.logs.open(run, large);
  await using slow = await machine.logs.attach(run);
  await using quick = await machine.logs.attach(run);
  const writer = await machine.writer(paths);
  const progress = { over: false };
  const written = burst(paths, 20).finally(() => {
    progress.over = true;
  });
  const count = async (chunks: AsyncIterable<Uint8Array>): Promise<number> => {
    let bytes = 0;
    for await (const chunk of chunks) bytes += chunk.length;
    return bytes;
  };
  const quickly = count(quick.stdout);
  await new Promise((resolve) => setTimeout(resolve, 700));
  t.false(progress.over, 'the writer waits');
  const slowly = count(slow.stdout);
  await written;
  await writer.close();
  await machine.logs.drain(run);
  const total = Math.floor((20 << 20) / 40) * 40;
  t.deepEqual(await Promise.all([quickly, slowly]), [total, total]);
  t.is((await readAll(machine.logs, run)).length, total);
});

test('killed again and again in the middle of a stream, it keeps whole lines in order', async (t) => {
  await using machine = await openMachine();
  const paths = await machine.logs.open(run, large);
  const writer = await machine.writer(paths);
  const progress = { over: false };
  const written = burst(paths, 20).finally(() => {
    progress.over = true;
  });
  let kills = 0;
  while (!progress.over && kills < 8) {
    await new Promise((resolve) => setTimeout(resolve, 60));
    const identity = await machine.identity();
    await machine.processes.signal(identity, 'SIGKILL');
    kills++;
    await eventually(async () => (await machine.identity()).pid !== identity.pid);
  }
  await written;
  await writer.close();
  await machine.logs.drain(run);
  const lines = (await readAll(machine.logs, run)).split('\n').slice(0, -1);
  const numbers = lines.filter((line) => line.length === 39).map((line) => Number(line.slice(0, 12)));
  const total = Math.floor((20 << 20) / 40);
  t.true(kills > 0);
  t.true(
    numbers.every((number, index) => index === 0 || number > (numbers[index - 1] ?? 0)),
    'in order',
  );
  t.is(numbers.at(-1), total, 'up to the last');
  // In hand are at most a pipe's worth that was read, and what waits for the disk.
  const mostLost = (kills * (64 + 384 + 128) * 1024) / 40;
  t.true(total - numbers.length <= mostLost, `${total - numbers.length} lines lost in ${kills} kills`);
});

test('a logd of another version hands over without losing the line that is being written', async (t) => {
  await using machine = await openMachine();
  const writer = await machine.writer(await machine.logs.open(run, limits));
  await writer.stdout('first line\nhalf a ');
  const old = await machine.identity();
  await machine.logs[Symbol.asyncDispose]();
  const program = join(machine.options.runDirectory, 'newer-program');
  await cp(join(import.meta.dirname, '../../../runtime/logd/program'), program, { recursive: true });
  await writeFile(join(program, 'clock.ts'), '// newer\n', { flag: 'a' });
  await using next = await openLogs({ ...machine.options, program });
  t.not((await machine.identity()).pid, old.pid);
  await writer.stdout('line\nlast\n');
  await writer.close();
  await next.drain(run);
  t.is(await readAll(next, run), 'first line\nhalf a line\nlast\n');
});

test('logs are readable while logd is dead', async (t) => {
  await using machine = await openMachine();
  const writer = await machine.writer(await machine.logs.open(run, limits));
  await writer.stdout('kept\n');
  await writer.close();
  await machine.logs.drain(run);
  await machine.logs[Symbol.asyncDispose]();
  await machine.processes.end(await machine.identity(), 1000);
  t.is(await readAll(machine.logs, run), 'kept\n');
});

test('a reader follows over rotations without missing a line', async (t) => {
  await using machine = await openMachine();
  const paths = await machine.logs.open(run, { maxBytes: 100_000, maxFiles: 1000 });
  const writer = await machine.writer(paths);
  const reading = readAll(machine.logs, run, { follow: true });
  await burst(paths, 4);
  await writer.close();
  await machine.logs.drain(run);
  t.true((await segments(machine)).length > 10);
  t.true((await reading) === burstText(4));
});

test('a full disk costs lines, which the log tells, and never blocks the writer', async (t) => {
  await using machine = await openMachine();
  const host = createHost({ runDirectory: machine.options.runDirectory });
  const disk = join(machine.options.dataDirectory, 'logs');
  await host.mountTmpfs(disk, { sizeBytes: 4 << 20, mode: 0o700 });
  await using _disk = { [Symbol.asyncDispose]: () => host.unmount(disk) };
  await mkdir(join(disk, 'other'));
  await writeFile(join(disk, 'other/ballast'), Buffer.alloc(2 << 20));
  const paths = await machine.logs.open(run, large);
  const writer = await machine.writer(paths);
  await burst(paths, 10);
  await rm(join(disk, 'other'), { recursive: true });
  await new Promise((resolve) => setTimeout(resolve, 1100));
  await writer.stdout('there is room again\n');
  await writer.close();
  await machine.logs.drain(run);
  const text = await readAll(machine.logs, run);
  const lines = text.split('\n');
  const notes = lines.filter((line) => line.startsWith('tsmoby: dropped '));
  t.true(notes.length > 0 && notes.every((line) => line.endsWith(' bytes of output: no space left on the device')));
  t.is(lines.at(-2), 'there is room again');
  const dropped = notes.map((line) => Number(line.split(' ')[2])).reduce((sum, each) => sum + each, 0);
  const kept = text.length - notes.join('\n').length - notes.length - 'there is room again\n'.length;
  const lost = burstText(10).length - kept - dropped;
  t.true(Math.abs(lost) < 200, `${kept} kept, ${dropped} told as dropped, ${lost} not accounted for`);
});

test('a disk that is full from the beginning keeps no container from starting', async (t) => {
  await using machine = await openMachine();
  const host = createHost({ runDirectory: machine.options.runDirectory });
  const disk = join(machine.options.dataDirectory, 'logs');
  await host.mountTmpfs(disk, { sizeBytes: 64 << 10, mode: 0o700 });
  await using _disk = { [Symbol.asyncDispose]: () => host.unmount(disk) };
  await mkdir(join(disk, 'uid-1'));
  await writeFile(join(disk, 'ballast'), Buffer.alloc(1 << 20)).catch(() => undefined);
  const writer = await machine.writer(await machine.logs.open(run, limits));
  await writer.stdout('lost\n');
  await writer.close();
  await machine.logs.drain(run);
  t.pass();
});

test('sockets, FIFOs and files are private', async (t) => {
  await using machine = await openMachine();
  const paths = await machine.logs.open(run, limits);
  const writer = await openWriter(paths);
  await writer.stdout('secret\n');
  await eventually(async () => (await readAll(machine.logs, run)) === 'secret\n');
  const { dataDirectory, runDirectory } = machine.options;
  for (const path of [join(runDirectory, 'logd/logd.sock'), paths.stdout, join(dataDirectory, 'logs/uid-1/0-0.log')]) {
    t.is((await stat(path)).mode & 0o077, 0, path);
  }
  await writer.close();
});

test('an idle logd with many open runs uses no processor time and little memory', async (t) => {
  await using machine = await openMachine();
  for (let index = 0; index < 50; index++) await machine.logs.open({ log: `uid-${index}`, run: 0 }, limits);
  const { pid } = await machine.identity();
  const ticks = async (): Promise<number> => {
    const fields = (await readFile(`/proc/${pid}/stat`, 'utf8')).split(' ');
    return Number(fields[13]) + Number(fields[14]);
  };
  // What it was told to do may take it a moment yet.
  await eventually(async () => {
    const before = await ticks();
    await new Promise((resolve) => setTimeout(resolve, 1500));
    return (await ticks()) === before;
  });
  const memory = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8');
  const anonymous = Number(/^Pss_Anon:\s+(\d+)/m.exec(memory)?.[1]);
  t.true(anonymous < 25_000, `${anonymous} kB`);
});
