/** What no instance can be made of: it is foretold as it is done, and what runs is kept. */
import test from 'ava';
import type { Container, ContainerSpec } from '../../../schemas/gen/types.ts';
import { conditionOf, container, ContainerWorld, IMAGE, isReady } from '../../support/container-world.ts';
import { planOf, wouldBe } from '../../support/plans.ts';

const EMPTY = 'docker.io/library/empty:1';

const hostPath = (path: string, type: 'DirectoryOrCreate' | 'FileOrCreate'): Partial<ContainerSpec> => ({
  volumes: [{ name: 'v', hostPath: { path, type } }],
  volumeMounts: [{ name: 'v', mountPath: '/v' }],
});

const apply = (world: ContainerWorld, spec: Partial<ContainerSpec>): Promise<Container> =>
  world.user.apply<Container>(container('web', spec), { fieldManager: 'test', force: true });

async function open() {
  const world = await ContainerWorld.open();
  world.controls.addImage(EMPTY, { config: { entrypoint: [], cmd: [] } });
  const image = { ...IMAGE, metadata: { name: 'empty', namespace: 'default' }, spec: { reference: EMPTY } };
  await world.user.create(image);
  await world.image('empty', isReady);
  await apply(world, {});
  const { status } = await world.running('web');
  return { world, containerID: status?.containerID };
}

const isStalled = (object: Container): boolean => conditionOf(object, 'Stalled')?.status === 'True';

for (const [what, spec, reason] of [
  ['a device that is not allowed', { devices: [{ hostPath: '/dev/fuse' }] }, 'HostPathNotAllowed'],
  ['a path that is not allowed, though it would be made', hostPath('/srv', 'DirectoryOrCreate'), 'HostPathNotAllowed'],
  ['a user that is not allowed', { securityContext: { runAsNonRoot: true } }, 'RunAsNonRootViolation'],
  ['an image with nothing to run', { image: 'empty:1' }, 'InvalidSpec'],
] as const satisfies readonly (readonly [string, Partial<ContainerSpec>, string])[]) {
  test(`what runs is kept, and is foretold to be: ${what}`, async (t) => {
    const { world, containerID } = await open();
    await using _ = world;
    const [web] = await planOf(world, await wouldBe(world, [container('web', spec)]));
    await apply(world, spec);
    const object = await world.until('is stalled', 'web', (_, object) => isStalled(object));
    const stalled = conditionOf(object, 'Stalled');
    const { status } = object;
    t.like(web, { action: 'Wait', message: `waits: ${reason}: ${stalled?.message}`, steps: [] });
    t.is(status?.containerID, containerID, 'it is the one that ran before');
    t.truthy(status?.state?.running);
  });
}
