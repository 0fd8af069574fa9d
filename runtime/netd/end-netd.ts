/** Ends netd for good, when nothing of ours runs any more (`quickstart --down`). */
import type { Processes } from '../ports/processes.ts';
import { endResident } from '../resident/end-resident.ts';
import { residentPaths } from '../resident/paths.ts';

/** Names are no longer answered, ports are free; success when there is none. */
export async function endNetd(options: {
  readonly runDirectory: string;
  readonly processes: Processes;
}): Promise<void> {
  await endResident(residentPaths(options.runDirectory, 'netd'), options.processes);
}
