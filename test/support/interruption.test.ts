import test from 'ava';
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryDirectory } from '../runtime/host/temporary.ts';
import { isAlive } from './daemon/kernel.ts';

const PROGRAM = join(import.meta.dirname, 'interruption/program.ts');

/** How a test process is told to end, and the signal that its parent sees. */
const ENDINGS: readonly (readonly [told: string, (child: ChildProcess) => void, seen: NodeJS.Signals])[] = [
  ['SIGINT', (child) => child.kill('SIGINT'), 'SIGINT'],
  ['SIGTERM', (child) => child.kill('SIGTERM'), 'SIGTERM'],
  ['SIGHUP', (child) => child.kill('SIGHUP'), 'SIGHUP'],
  ['the end of its parent', (child) => child.disconnect(), 'SIGHUP'],
];

for (const [told, tell, seen] of ENDINGS) {
  test(`a test process that is ended by ${told} closes what is open, the newest first, and clears its folders`, async (t) => {
    await using directory = await temporaryDirectory();
    const log = join(directory.path, 'log');
    const { child, ended, opened } = await start(log);
    tell(child);
    t.is(await ended, seen);
    t.is(await readFile(log, 'utf8'), 'second closes\nsecond is closed\nfirst closes\nfirst is closed\n');
    t.false(existsSync(opened.folder));
    t.false(isAlive(opened.child));
  });
}

test('a test process whose output nobody reads any more comes to its end too', async (t) => {
  await using directory = await temporaryDirectory();
  const { child, ended, opened } = await start(join(directory.path, 'log'), 'throws');
  child.stdout?.destroy();
  child.stderr?.destroy();
  child.disconnect();
  t.is(await ended, 'SIGHUP');
  t.false(existsSync(opened.folder));
});

test('what does not close keeps nothing else from being taken away', async (t) => {
  await using directory = await temporaryDirectory();
  const log = join(directory.path, 'log');
  const { child, ended, opened } = await start(log, 'throws');
  child.kill('SIGTERM');
  t.is(await ended, 'SIGTERM');
  t.is(await readFile(log, 'utf8'), 'second closes\nfirst closes\n');
  t.false(existsSync(opened.folder));
});

interface Opened {
  readonly folder: string;
  readonly child: number;
}

async function start(log: string, how = '') {
  const child = fork(PROGRAM, [log, how], { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
  const ended = once(child, 'exit').then(([code, signal]) => (signal ?? code) as NodeJS.Signals | number);
  const [text] = (await once(child.stdout as NodeJS.ReadableStream, 'data')) as [Buffer];
  return { child, ended, opened: JSON.parse(text.toString()) as Opened };
}
