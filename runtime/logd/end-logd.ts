/** Ends logd for good, when nothing of ours runs any more (`quickstart --down`). */
import type { Processes } from '../ports/processes.ts';
import { endResident } from '../resident/end-resident.ts';
import { residentPaths } from '../resident/paths.ts';

/** Lets it write what it has, and ends it; success when there is none. Log files stay. */
export async function endLogd(options: {
  readonly runDirectory: string;
  readonly processes: Processes;
}): Promise<void> {
  await endResident(residentPaths(options.runDirectory, 'logd'), options.processes);
}
