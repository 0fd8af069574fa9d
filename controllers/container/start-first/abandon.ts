import type { Container } from '../../../schemas/gen/types.ts';
import { generationOfInstance, inSandbox } from '../names.ts';
import { endInstance, removePlace } from './former.ts';
import { NextStatus } from './next-status.ts';
import { workOn, type Workers } from './workers.ts';

/**
 * The next instance is not wanted any more: it is stopped and removed with all that it had. Answers after how many milliseconds to look again;
 * undefined: nothing of it is left.
 */
export async function abandonNext(container: Container, { context, deps }: Workers): Promise<number | undefined> {
  const { update } = context.status.current;
  if (update === undefined) return undefined;
  const { sandboxGeneration: generation = 0, logRun: run } = update;
  const next = { ...context, status: new NextStatus(context.status) };
  const work = workOn(inSandbox(container, generation), next, deps, 'next');
  let again: number | undefined;
  for (const instance of await deps.instances.of(container.metadata.uid, context.signal)) {
    if (generationOfInstance(instance) !== generation) continue;
    const wait = await endInstance(work, instance, { cause: 'it is not to take over any more', run });
    if (wait !== undefined) again = Math.min(again ?? Infinity, wait);
  }
  if (again !== undefined) return again;
  await removePlace(work, generation);
  context.status.set({ update: undefined });
  return undefined;
}
