/** Ends logd for good, when nothing of ours runs any more (`quickstart --down`). */
import { rm } from 'node:fs/promises';
import type { Processes } from '../ports/processes.ts';
import { logPaths } from './files.ts';
import { logdRecord, logdWords } from './keep-logd.ts';

/** What it may take to write out what it has read. */
const graceMs = 10_000;

/** Lets it write what it has, and ends it; success when there is none. Log files stay. */
export async function endLogd(options: {
  readonly dataDirectory: string;
  readonly runDirectory: string;
  readonly processes: Processes;
}): Promise<void> {
  const paths = logPaths(options.dataDirectory, options.runDirectory);
  const identity = await options.processes.adopt(logdRecord(paths), logdWords(paths));
  if (identity) await options.processes.end(identity, graceMs);
  await rm(logdRecord(paths), { force: true });
}
