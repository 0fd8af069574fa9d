import { dirname } from 'node:path';
import type { DaemonOptions } from '../daemon-options.ts';
import { removeFolder, takeFolder } from './ephemeral-folder.ts';
import { createLog } from './log.ts';
import { tearDown } from './tear-down.ts';

/** Written to standard input, it makes the daemon outlive whoever started it, until a signal ends it. */
const KEEP = 'keep';

const IGNORED = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;

/**
 * A daemon for one job: it ends when standard input does, which the kernel closes however the job ends, or by a signal, and then takes
 * away all that it made, its containers and the directory above its own two included. Whatever an earlier one left there after a `kill -9` goes too.
 * Rejects with DirectoryError for a directory with other things in it, and when something could not be taken away: that stays, with the output.
 */
export async function runEphemeral(
  options: DaemonOptions,
  input: NodeJS.ReadStream,
  run: (options: DaemonOptions, end: AbortSignal) => Promise<void>,
): Promise<void> {
  const { dataDir, runDir, logLevel } = options;
  const folder = dirname(dataDir);
  using _ours = await takeFolder(folder);
  // one that comes while all is taken away must not leave the rest
  for (const signal of IGNORED) process.on(signal, () => undefined);
  try {
    await run(options, endOf(input));
  } finally {
    await tearDown({ dataDirectory: dataDir, runDirectory: runDir, log: createLog(logLevel) });
  }
  await removeFolder(folder);
}

/** Aborts when nobody holds the other end any more, unless it was told to stay. */
function endOf(input: NodeJS.ReadStream): AbortSignal {
  const ended = new AbortController();
  let told = '';
  const end = (): void => {
    if (told.trim() !== KEEP) ended.abort('standard input ended');
  };
  input.setEncoding('utf8');
  input.on('data', (text: string) => (told = (told + text).slice(0, KEEP.length + 1)));
  input.once('end', end);
  input.once('error', end);
  return ended.signal;
}
