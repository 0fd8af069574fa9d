import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { createProcesses } from '../../../runtime/host/processes.ts';
import { RuntimeError } from '../../../runtime/errors.ts';
import type { DetachedProgram, ProcessIdentity } from '../../../runtime/ports/processes.ts';
import { temporaryDirectory } from './temporary.ts';

const processes = createProcesses({ bootId: 'this boot' });

const shell = (script: string, output: string): DetachedProgram => ({
  program: 'sh',
  args: ['-c', script],
  env: { PATH: process.env['PATH'] ?? '' },
  output,
  record: `${output}.pid`,
});

test('a program runs in a session of its own with its output in a private file, until it is ended', async (t) => {
  await using directory = await temporaryDirectory();
  const output = join(directory.path, 'log');
  const identity = await processes.startDetached(shell('echo started; echo wrong >&2; exec sleep 60', output));
  t.true(await processes.isAlive(identity));
  const fields = (await readFile(`/proc/${identity.pid}/stat`, 'utf8')).split(' ');
  t.is(fields[5], String(identity.pid), 'session');
  await processes.end(identity, 5000);
  t.false(await processes.isAlive(identity));
  t.is(await readFile(output, 'utf8'), 'started\nwrong\n');
  t.is((await stat(output)).mode & 0o777, 0o600);
});

test('a program that ignores SIGTERM is killed', async (t) => {
  await using directory = await temporaryDirectory();
  const identity = await processes.startDetached(
    shell('trap "" TERM; echo ready; while :; do sleep 0.05; done', join(directory.path, 'log')),
  );
  await processes.end(identity, 100);
  t.false(await processes.isAlive(identity));
});

test('another start time or another boot is another process, and is left alone', async (t) => {
  await using directory = await temporaryDirectory();
  const identity = await processes.startDetached(shell('exec sleep 60', join(directory.path, 'log')));
  const strangers: readonly ProcessIdentity[] = [
    { ...identity, startTime: '1' },
    { ...identity, bootId: 'the boot before' },
  ];
  for (const stranger of strangers) {
    t.false(await processes.isAlive(stranger));
    await processes.end(stranger, 100);
  }
  t.true(await processes.isAlive(identity));
  await processes.end(identity, 5000);
});

test('a process is found by words of its command line, and its children by their parent', async (t) => {
  await using directory = await temporaryDirectory();
  const output = join(directory.path, 'log');
  const identity = await processes.startDetached(shell('sleep 61 & wait', output));
  const words = ['-c', 'sleep 61 & wait'];
  t.deepEqual(await processes.find(words), [identity]);
  t.deepEqual(await processes.find(['sleep 61']), [], 'whole words only');
  let children: readonly ProcessIdentity[] = [];
  while (children.length === 0) children = await processes.children(identity);
  t.is(children.length, 1);
  await Promise.all([identity, ...children].map((each) => processes.end(each, 1000)));
});

test('a program is adopted by its record, or by its command line when the record was never written', async (t) => {
  await using directory = await temporaryDirectory();
  const output = join(directory.path, 'log');
  const program = shell('exec sleep 62', output);
  const started = await processes.startDetached(program);
  const next = createProcesses({ bootId: 'this boot' });
  t.deepEqual(await next.adopt(program.record, ['no such words']), started);
  await writeFile(program.record, '{"pid":');
  t.is(await next.adopt(program.record, ['no such words']), undefined);
  t.deepEqual(await next.adopt(program.record, ['sleep', '62']), started);
  t.deepEqual(await next.adopt(program.record, ['no such words']), started, 'the record is written again');
  t.is(await createProcesses({ bootId: 'next boot' }).adopt(program.record, ['no such words']), undefined);
  await processes.end(started, 5000);
  t.is(await next.adopt(program.record, ['sleep', '62']), undefined);
});

test('ending what is gone is success', async (t) => {
  await t.notThrowsAsync(processes.end({ pid: 2 ** 22 + 1, startTime: '1', bootId: 'this boot' }, 100));
});

test('a missing program is Unsupported', async (t) => {
  await using directory = await temporaryDirectory();
  const error = await t.throwsAsync(
    processes.startDetached({ ...shell('', join(directory.path, 'log')), program: 'tsmoby-no-such-program' }),
    { instanceOf: RuntimeError },
  );
  t.is(error.code, 'Unsupported');
});
