import { mkdir, readdir, rm, rmdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { DaemonOptions } from '../daemon-options.ts';
import { DirectoryError } from './directories.ts';
import { createLog } from './log.ts';
import { tearDown } from './tear-down.ts';

/** Written to standard input, it makes the daemon outlive whoever started it, until a signal ends it. */
const KEEP = 'keep';

/** Says that all beside it is a daemon's that took it all away at its end. */
const MARK = 'ephemeral';
/** Whoever starts it may have its output written there. */
const OUTPUT = 'log';

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
  await takeFolder(folder);
  // one that comes while all is taken away must not leave the rest
  for (const signal of IGNORED) process.on(signal, () => undefined);
  try {
    await run(options, endOf(input));
  } finally {
    await tearDown({ dataDirectory: dataDir, runDirectory: runDir, log: createLog(logLevel) });
  }
  for (const name of [OUTPUT, MARK]) await rm(join(folder, name), { force: true });
  await rmdir(folder);
}

async function takeFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const names = await readdir(folder);
  if (!names.includes(MARK) && names.some((name) => name !== OUTPUT))
    throw new DirectoryError(
      `${folder} is not empty: choose another directory with --ephemeral, which is removed at the end`,
    );
  await writeFile(join(folder, MARK), '');
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
