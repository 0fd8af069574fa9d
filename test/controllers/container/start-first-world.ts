import type { Container, ContainerSpec, Event } from '../../../schemas/gen/types.ts';
import { conditionOf, ContainerWorld } from '../../support/container-world.ts';
import { ManualTime } from '../../support/manual-time.ts';

export const START_FIRST: Partial<ContainerSpec> = {
  updateStrategy: { type: 'StartFirst' },
  ports: [{ containerPort: 80, hostPort: 8080 }],
  progressDeadlineSeconds: 60,
  terminationGracePeriodSeconds: 20,
};

export const version = (n: number, more: Partial<ContainerSpec> = {}): Partial<ContainerSpec> => ({
  ...START_FIRST,
  args: ['sleep', String(n * 1000)],
  ...more,
});

export const isDone = (object: Container): boolean => {
  const { status, metadata } = object;
  const found = conditionOf(object, 'RolledOut');
  return found?.status === 'True' && status?.observedGeneration === metadata.generation;
};

export const done = (world: ContainerWorld) => world.until('is rolled out', 'web', (_, object) => isDone(object), 100);

export const drained = (world: ContainerWorld) =>
  world.until('has drained', 'web', ({ draining }, object) => draining === undefined && isDone(object), 100);

export const idOf = (containerID = ''): string => containerID.slice('containerd://'.length);

/** A Container web whose first version serves. */
export async function open(spec: Partial<ContainerSpec> = {}) {
  const time = new ManualTime();
  const world = await ContainerWorld.open({ time });
  await world.apply('web', version(1, spec));
  const first = await done(world);
  return { time, world, first };
}

/** The sandbox that the ports lead to. */
export const leadsTo = (world: ContainerWorld, { metadata }: Container): string | undefined =>
  world.runtime.publications.records.get(metadata.uid)?.publication.sandbox;

/** Events about web that a change is not made by StartFirst: type, how often it was said, message. */
export async function toldGaps(world: ContainerWorld): Promise<readonly string[]> {
  await world.eventually('it is told', async () => (await world.events('web')).includes('NotStartFirst'));
  const { items } = await world.user.list<Event>({ apiVersion: 'v1', kind: 'Event' }, { namespace: 'default' });
  return items
    .filter(({ reason }) => reason === 'NotStartFirst')
    .map(({ type = '', count = 0, message = '' }) => `${type} ${count} ${message}`);
}
