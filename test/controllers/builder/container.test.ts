import test from 'ava';
import type { Container, Volume } from '../../../schemas/gen/types.ts';
import type { Condition, KubeObject, ObjectRef } from '../../../schemas/object.ts';
import { BUILDER, BuilderWorld, DONE, messageOf, WAITING } from './world.ts';

const part = (kind: string, name: string): ObjectRef => ({
  apiVersion: 'tsmoby.dev/v1alpha1',
  kind,
  namespace: 'tsmoby-system',
  name,
});
const CONTAINER = part('Container', 'builder-own');
const STATE = part('Volume', 'builder-own-state');
const RUN = part('Volume', 'builder-own-run');
const SOCKET = '/data/run/buildkitd.sock';

const there = <T>(world: BuilderWorld, target: ObjectRef): Promise<NonNullable<T>> =>
  world.eventually(`${target.name} is there`, () => world.find<T>(target)) as Promise<NonNullable<T>>;

const tell = (world: BuilderWorld, target: ObjectRef, status: object): Promise<unknown> =>
  world.user.patch(target, { status }, { type: 'merge', subresource: 'status' });

const ready = (
  status: Condition['status'],
  reason: string,
  message = '',
): { readonly conditions: readonly Condition[] } => ({
  conditions: [{ type: 'Ready', status, reason, message, lastTransitionTime: '2026-01-01T00:00:00Z' }],
});

/** As their controllers do when they have let go. */
async function letGo(world: BuilderWorld, target: ObjectRef): Promise<void> {
  await world.eventually(`${target.name} is deleted`, async () => {
    const found = await world.find<KubeObject>(target);
    return found === undefined || found.metadata.deletionTimestamp !== undefined;
  });
  await world.user.patch(target, { metadata: { finalizers: null } }, { type: 'merge' });
}

/** It runs, because a Build waits. */
async function started(world: BuilderWorld): Promise<Container> {
  await world.apply('own', { managed: true });
  await world.ready('own', 'True BuilderIdle');
  await world.build('b', 'own', WAITING);
  const container = await there<Container>(world, CONTAINER);
  await there(world, RUN);
  await tell(world, RUN, { path: '/data/run' });
  world.builders.add(SOCKET);
  await tell(world, CONTAINER, ready('True', 'Running'));
  await world.ready('own', 'True BuilderFound');
  return container;
}

test('where no program is, a Container with its cache in a Volume runs BuildKit', async (t) => {
  await using world = await BuilderWorld.open();
  const { spec, metadata } = await started(world);
  t.is(spec.image, 'docker.io/moby/buildkit:latest');
  t.true(spec.securityContext?.privileged);
  t.deepEqual(spec.args, ['--addr', 'unix:///run/buildkit/buildkitd.sock']);
  t.deepEqual(
    spec.volumeMounts?.map(({ name, mountPath }) => `${name} ${mountPath}`),
    ['state /var/lib/buildkit', 'run /run/buildkit'],
  );
  t.like(metadata.ownerReferences?.[0], { kind: 'Builder', name: 'own', controller: true });
  t.is((await there<Volume>(world, STATE)).spec.reclaimPolicy, 'Delete');
  const { status } = await world.until('own', ({ endpoint }) => endpoint);
  t.like(status, { type: 'Managed (container)', endpoint: `unix://${SOCKET}` });
  world.forgetWrites();
  await world.quiet(60_000);
  t.deepEqual(world.writes, []);
});

test('an image that cannot be had says what else would do', async (t) => {
  await using world = await BuilderWorld.open();
  await world.apply('own', { managed: true, image: 'registry.example/buildkit:1' });
  await world.build('b', 'own', WAITING);
  t.is((await there<Container>(world, CONTAINER)).spec.image, 'registry.example/buildkit:1');
  await there(world, RUN);
  await tell(world, RUN, { path: '/data/run' });
  await tell(world, CONTAINER, ready('False', 'ErrImagePull', 'no route to registry.example'));
  const builder = await world.ready('own', 'False NoBuilder');
  t.is(
    messageOf(builder),
    'image registry.example/buildkit:1, for a Container that builds, cannot be had (no route to registry.example): install buildkit or docker, or name an endpoint',
  );
});

test('another image is another Container, with the same cache', async (t) => {
  await using world = await BuilderWorld.open();
  await started(world);
  const { metadata } = await there<Volume>(world, STATE);
  await world.apply('own', { managed: true, image: 'docker.io/moby/buildkit:v0.32.2' });
  await world.eventually('it has the image', async () => {
    const found = await world.find<Container>(CONTAINER);
    return found?.spec.image === 'docker.io/moby/buildkit:v0.32.2';
  });
  t.is((await there<Volume>(world, STATE)).metadata.uid, metadata.uid);
});

test('when it is idle the Container goes, and the cache stays', async (t) => {
  await using world = await BuilderWorld.open();
  await started(world);
  await world.build('b', 'own', DONE);
  await world.build('b', 'own', { conditions: [] });
  await world.time.pass(660_000);
  await letGo(world, CONTAINER);
  await world.gone(CONTAINER);
  await world.ready('own', 'True BuilderIdle');
  t.not(await world.find(STATE), undefined);
});

test('all of it is gone with the Builder', async (t) => {
  await using world = await BuilderWorld.open();
  await started(world);
  await world.user.delete({ ...BUILDER, name: 'own' });
  const waiting = await world.until('own', (_, { metadata }) => metadata.deletionTimestamp);
  t.truthy(waiting);
  for (const target of [CONTAINER, STATE, RUN]) await letGo(world, target);
  await world.gone({ ...BUILDER, name: 'own' });
  for (const target of [CONTAINER, STATE, RUN]) t.is(await world.find(target), undefined);
});

test('a Container allows what the daemon allows, and nothing else', async (t) => {
  await using world = await BuilderWorld.open({ prepare: (made) => void (made.entitlements = ['security.insecure']) });
  const { spec } = await started(world);
  const address = ['--addr', 'unix:///run/buildkit/buildkitd.sock'];
  t.deepEqual(spec.args, [...address, '--allow-insecure-entitlement', 'security.insecure']);
  await world.stop();
  world.entitlements = [];
  await world.start();
  await world.eventually('it allows nothing any more', async () => {
    const found = await world.find<Container>(CONTAINER);
    return found?.spec.args?.length === address.length;
  });
});
