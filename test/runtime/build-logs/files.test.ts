import test from 'ava';
import { appendFile, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createBuildLogs } from '../../../runtime/build-logs/create.ts';
import type { BuildLogs } from '../../../runtime/ports/build-logs.ts';
import { begin, end, output } from '../../suites/build-logs.ts';

const id = { log: 'uid-1', number: 7 };

async function open(): Promise<{ readonly logs: BuildLogs; readonly path: string } & AsyncDisposable> {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'tsmoby-build-logs-'));
  return {
    logs: createBuildLogs({ dataDirectory, clock: { now: () => 0 }, log: { warn() {} } }),
    path: join(dataDirectory, 'build-logs', 'uid-1', '7.jsonl'),
    [Symbol.asyncDispose]: () => rm(dataDirectory, { recursive: true }),
  };
}

async function writeLog(logs: BuildLogs): Promise<void> {
  const writer = await logs.open(id);
  writer.append(begin);
  writer.append(output('x\n'));
  await writer.close();
}

test('half a line that a crash left at the end is not there, and ends the log for who follows', async (t) => {
  await using world = await open();
  await writeLog(world.logs);
  await appendFile(world.path, '{"type":"note","time":"2026-');
  t.deepEqual(await Array.fromAsync(world.logs.read(id, { follow: true })), [begin, output('x\n')]);
});

test('a line that is damaged costs no other', async (t) => {
  await using world = await open();
  await writeLog(world.logs);
  const [first = '', second = ''] = (await readFile(world.path, 'utf8')).split('\n');
  await writeFile(world.path, `${first}\n\0\0\0\n{"type":"else"}\n[]\nnull\n${second}\n`);
  t.deepEqual(await Array.fromAsync(world.logs.read(id, { follow: false })), [begin, output('x\n')]);
});

test('a line is JSON: output as text, and as base64 where it is none', async (t) => {
  await using world = await open();
  const writer = await world.logs.open(id);
  writer.append(output('ä'));
  writer.append(output(Uint8Array.of(0xff)));
  await writer.close();
  const head = '{"type":"log","step":"sha256:a","stream":"stdout","time":"2026-01-31T12:00:00.123456789Z",';
  t.is(await readFile(world.path, 'utf8'), `${head}"text":"ä"}\n${head}"base64":"/w=="}\n`);
});

test('nobody but the daemon reads them', async (t) => {
  await using world = await open();
  await writeLog(world.logs);
  t.is((await stat(world.path)).mode & 0o777, 0o600);
  t.is((await stat(join(world.path, '..'))).mode & 0o777, 0o700);
});

test('an entry that is larger than what is read at once comes whole', async (t) => {
  await using world = await open();
  const writer = await world.logs.open(id);
  const large = output('ä'.repeat(300_000));
  writer.append(large);
  writer.append(end);
  await writer.close();
  t.deepEqual(await Array.fromAsync(world.logs.read(id, { follow: false })), [large, end]);
});
