import type { ContainerSpec } from '../../../schemas/gen/types.ts';
import { conditionOf, ContainerWorld } from '../../support/container-world.ts';
import { ManualTime } from '../../support/manual-time.ts';

export const GOOD: Partial<ContainerSpec> = { args: ['sleep', '1000'], progressDeadlineSeconds: 30 };
export const BAD: Partial<ContainerSpec> = { command: ['false'], progressDeadlineSeconds: 30 };
export const BETTER: Partial<ContainerSpec> = { args: ['sleep', '2000'], progressDeadlineSeconds: 30 };

export const rolledOut = (world: ContainerWorld, status: 'True' | 'False', reason: string, stepMs = 100) =>
  world.until(
    `is RolledOut=${status} ${reason}`,
    'web',
    (_, object) => {
      const found = conditionOf(object, 'RolledOut');
      const { generation } = object.metadata;
      return found?.status === status && found.reason === reason && object.status?.observedGeneration === generation;
    },
    stepMs,
  );

/** The change was seen, and the 30 seconds that it may take go by. */
export async function pastDeadline(world: ContainerWorld, time: ManualTime): Promise<void> {
  await world.until('is being rolled out', 'web', ({ rollout }) => rollout?.startedAt);
  await time.pass(31_000);
}

/** A Container whose first revision is good. */
export async function openWithGood(spec: Partial<ContainerSpec> = {}) {
  const time = new ManualTime();
  const world = await ContainerWorld.open({ time });
  await world.apply('web', { ...GOOD, ...spec });
  const good = await rolledOut(world, 'True', 'RolloutComplete');
  return { time, world, good };
}

/** A Container whose change was bad and is taken back. */
export async function openTakenBack() {
  const { time, world } = await openWithGood();
  await world.apply('web', BAD);
  await pastDeadline(world, time);
  const before = await world.until('is taken back', 'web', (_status, object) => conditionOf(object, 'Stalled'));
  return { world, before };
}
