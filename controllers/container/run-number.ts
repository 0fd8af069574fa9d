import type { ContainerStatus } from '../../schemas/gen/types.ts';
import type { Work } from './work.ts';

/** How often a process was started after the first: 0 for the first, one more for each that is written down. */
export const nextRestartCount = ({ restartCount }: Readonly<Partial<ContainerStatus>>): number =>
  restartCount === undefined ? 0 : restartCount + 1;

/**
 * The number of the next log. One that was opened and never written down is used again; where other instances may have had the next number,
 * and where nothing is written down of an instance that is `known`, the logs are asked.
 */
export async function nextLogRun({ container, context, deps, side }: Work, known: boolean): Promise<number> {
  const { logRun, update, sandboxGeneration = 0 } = context.status.current;
  const hadOthers =
    container.spec.updateStrategy?.type === 'StartFirst' || update !== undefined || sandboxGeneration > 0;
  const isAsked = logRun === undefined ? known || side !== undefined : hadOthers;
  if (!isAsked) return (logRun ?? -1) + 1;
  const latest = await deps.logs.latestRun(container.metadata.uid);
  return Math.max(logRun ?? -1, latest ?? -1) + 1;
}
