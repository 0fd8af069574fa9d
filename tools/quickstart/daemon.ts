import { spawn } from 'node:child_process';
import { mkdir, open, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DirectoryInUseError, lockDirectory } from '../../cli/daemon/data-lock.ts';
import { places } from './places.ts';
import { quietly } from './run.ts';

const START_MS = 30_000;
const STOP_MS = 20_000;
const POLL_MS = 100;

/** Whether a daemon holds the directory. */
export async function isHeld(directory: string): Promise<boolean> {
  try {
    lockDirectory(directory, '')[Symbol.dispose]();
    return false;
  } catch (error) {
    if (error instanceof DirectoryInUseError) return true;
    if (/unable to open/.test((error as Error).message)) return false;
    throw error;
  }
}

/** Starts the daemon beside this process, unless ours runs already. Rejects with the end of its output when it does not come up. */
export async function startDaemon(): Promise<void> {
  if (await isHeld(places.data)) return;
  if (await isHeld(places.run)) {
    throw new Error(`another tsmoby daemon uses ${places.run}: use that one (tsmoby get all), or stop it first`);
  }
  await mkdir(dirname(places.output), { recursive: true, mode: 0o700 });
  await using output = await open(places.output, 'a', 0o600);
  const args = ['daemon', '--data-dir', places.data, '--run-dir', places.run, '--log-level', 'info'];
  const child = spawn(process.execPath, [places.tsmoby, ...args], {
    detached: true,
    stdio: ['ignore', output.fd, output.fd],
  });
  const ended = new AbortController();
  child.once('exit', () => ended.abort());
  child.once('error', () => ended.abort());
  for (const deadline = Date.now() + START_MS; Date.now() < deadline && !ended.signal.aborted; await sleep(POLL_MS)) {
    if ((await quietly('version')) === 0) {
      child.unref();
      return;
    }
  }
  const last = (await readFile(places.output, 'utf8')).trimEnd().split('\n').slice(-10).join('\n');
  throw new Error(`the daemon did not come up. Its last words (${places.output}):\n${last}`);
}

/** Asks the daemon of quickstart to stop, and waits until it has; containers run on. */
export async function stopDaemon(): Promise<void> {
  if (!(await isHeld(places.data))) return;
  const pid = Number((await readFile(join(places.run, 'daemon.pid'), 'utf8')).trim());
  process.kill(pid, 'SIGTERM');
  for (const deadline = Date.now() + STOP_MS; Date.now() < deadline; await sleep(POLL_MS)) {
    if (!(await isHeld(places.data))) return;
  }
  process.kill(pid, 'SIGKILL');
  await sleep(POLL_MS);
}
