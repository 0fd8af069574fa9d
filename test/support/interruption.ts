/**
 * What a test process has open, taken away also when the process is ended from outside: by Ctrl-C, timeout(1), ava's own limit, or an
 * ava that is gone. Without that a daemon, its containerd and its containers live on with nobody who knows of them.
 */
import { mkdtemp } from 'node:fs/promises';
import { clearFolders } from './interruption/clear-folders.ts';

type Close = () => Promise<void>;

/** For all that is open together, before the folders are cleared by force. A daemon with containers takes a few seconds. */
const CLOSING_MS = 30_000;

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

// Of the process, as its signals are.
const closers = new Set<Close>();
const folders = new Set<string>();
let watching = false;
let ending = false;

/**
 * Has `close` called when the process is ended from outside: the newest first, one after the other. Answers the same for its owner;
 * whoever comes first, it runs once. Throws when the process is ending already: nothing may be opened any more.
 */
export function whenInterrupted(close: Close): Close {
  refuseWhenInterrupted();
  watch();
  let closing: Promise<void> | undefined;
  const once = (): Promise<void> => (closing ??= close().finally(() => closers.delete(once)));
  closers.add(once);
  return once;
}

/**
 * A directory of its own for a test, as `mkdtemp` makes it. Its owner removes it; when the process is ended from outside, it goes
 * with the processes that name it and the mounts below it.
 */
export async function makeFolder(prefix: string): Promise<string> {
  refuseWhenInterrupted();
  watch();
  const folder = await mkdtemp(prefix);
  folders.add(folder);
  return folder;
}

/** Throws when the process is being ended: tests go on meanwhile, and must not start again what is taken away. */
export function refuseWhenInterrupted(): void {
  if (ending) throw new Error('this test process is being ended');
}

function watch(): void {
  if (watching) return;
  watching = true;
  for (const signal of SIGNALS) process.on(signal, () => void end(signal));
  // ava's workers hear nothing else when ava is killed. They say themselves whether they wait for their channel.
  if (process.connected) process.on('disconnect', () => void end('SIGHUP'));
}

/** Takes all away and ends the process as the signal would have. */
async function end(signal: NodeJS.Signals): Promise<void> {
  if (ending) return;
  ending = true;
  survive();
  const late = new Promise<void>((resolve) => setTimeout(resolve, CLOSING_MS));
  for (const close of [...closers].reverse()) await Promise.race([close().catch(report), late]);
  await clearFolders([...folders]).catch(report);
  for (const each of SIGNALS) process.removeAllListeners(each);
  process.kill(process.pid, signal);
}

/** Tests fail while what they use is taken away: neither they nor ava, whose channel may be gone, may end the process before that. */
function survive(): void {
  process.removeAllListeners('uncaughtException');
  process.on('uncaughtException', report);
  // Nobody may be left to read: each report of a failed write would be another.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  process.send = () => true;
  process.exit = (() => undefined) as unknown as typeof process.exit;
}

function report(error: unknown): void {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`, () => undefined);
}
