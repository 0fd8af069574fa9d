import type { ContainerStatus } from '../../schemas/gen/types.ts';
import type { Work } from './work.ts';

/** How often a process was started after the first: 0 for the first, one more for each that is written down. */
export const nextRestartCount = ({ restartCount }: Readonly<Partial<ContainerStatus>>): number =>
  restartCount === undefined ? 0 : restartCount + 1;

/**
 * The number of the next log. One that was opened and never written down is used again by a Container that was never
 * written down either; else nothing is asked, since status knows. `known`: an instance is there already.
 */
export async function nextLogRun({ container, context, deps, side }: Work, known: boolean): Promise<number> {
  const { logRun } = context.status.current;
  // Instances beside this one, or before it, may have had the next number.
  if (container.spec.updateStrategy?.type === 'StartFirst' && logRun !== undefined) {
    return Math.max(logRun, (await deps.logs.latestRun(container.metadata.uid)) ?? 0) + 1;
  }
  if (logRun !== undefined) return logRun + 1;
  const latest = known || side !== undefined ? await deps.logs.latestRun(container.metadata.uid) : undefined;
  return (latest ?? -1) + 1;
}
