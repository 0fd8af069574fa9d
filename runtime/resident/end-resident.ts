/** Ends a resident program for good, when nothing of ours runs any more (`quickstart --down`). */
import { rm } from 'node:fs/promises';
import type { Processes } from '../ports/processes.ts';
import type { ResidentPaths } from './paths.ts';

/** What it may take to finish what it has in hand. */
const graceMs = 10_000;

/** Success when there is none. */
export async function endResident(paths: ResidentPaths, processes: Processes): Promise<void> {
  const identity = await processes.adopt(paths.record, paths.words);
  if (identity) await processes.end(identity, graceMs);
  await rm(paths.record, { force: true });
}
