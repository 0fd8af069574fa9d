/** Questions for plans over the world of controllers, and answers as lines that tests compare. */
import type { PlanChange, PlannedObject } from '../../controllers/engine/planning/question.ts';
import type { KubeObject, ObjectInput, ObjectRef } from '../../schemas/object.ts';
import type { ContainerWorld } from './container-world.ts';

/** The objects as they would be, by a dry run of an apply, as `tsmoby plan` asks for it. */
export async function wouldBe(
  world: Pick<ContainerWorld, 'user'>,
  objects: readonly ObjectInput[],
): Promise<PlanChange[]> {
  const options = { fieldManager: 'test', force: true, dryRun: true };
  return Promise.all(objects.map(async (object) => ({ object: await world.user.apply<KubeObject>(object, options) })));
}

export const gone = (...refs: readonly ObjectRef[]): PlanChange[] => refs.map((ref) => ({ delete: ref }));

export async function planOf(
  world: Pick<ContainerWorld, 'manager'>,
  changes: readonly PlanChange[],
): Promise<readonly PlannedObject[]> {
  return world.manager.plan(changes, new AbortController().signal);
}

/** `Changed Container web Replace: replaced, because …`, and a line for each step below it. */
export const planText = (planned: readonly PlannedObject[]): readonly string[] =>
  planned.flatMap(({ ref, because, action, message, steps }) => [
    `${because} ${ref.kind} ${ref.name} ${action}: ${message}`,
    ...steps.map(({ type, target, cause }) => `  ${type}${target === undefined ? '' : ` ${target}`}: ${cause}`),
  ]);
