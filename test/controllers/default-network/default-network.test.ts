import test from 'ava';
import type { Container, Namespace } from '../../../schemas/gen/types.ts';
import { CONTAINER, ContainerWorld, isReady, NETWORK, conditionOf } from '../../support/container-world.ts';

const NAMESPACE = { apiVersion: 'v1', kind: 'Namespace' } as const;
const ANNOTATION = 'tsmoby.dev/default-network';

const namespace = (world: ContainerWorld, name: string, annotations: Record<string, string | null> = {}) =>
  world.user.apply<Namespace>({ ...NAMESPACE, metadata: { name, annotations } } as never, {
    fieldManager: 'test',
    force: true,
  });
const defaultOf = (name: string) => ({ ...NETWORK, namespace: name, name: 'default' });
const gone = (world: ContainerWorld, name: string): Promise<unknown> =>
  world.eventually(`${name} has none`, async () => (await world.find(defaultOf(name))) === undefined);

/** A Container of the namespace, with the interfaces that its controller would tell of. */
async function attached(world: ContainerWorld, namespace: string): Promise<void> {
  const target = { ...CONTAINER, namespace, name: 'web' };
  await world.user.create<Container>({
    ...CONTAINER,
    metadata: { namespace, name: 'web' },
    spec: { image: 'app:1' },
  });
  await world.eventually('it runs', async () => {
    const found = await world.find<Container>(target);
    return found && isReady(found);
  });
  await world.quiet();
  const status = { networks: [{ name: 'default', interface: 'eth0', ips: [], mac: '' }] };
  await world.user.patch(target, { status }, { type: 'merge', subresource: 'status' });
}

test('every namespace has a default network, and has it again when it was deleted', async (t) => {
  await using world = await ContainerWorld.open();
  await world.network('default', isReady);
  await namespace(world, 'shop');
  const first = await world.network('default', isReady, 'shop');
  t.is(first.metadata.labels?.['tsmoby.dev/default'], 'true');
  await world.user.delete(defaultOf('shop'));
  await world.network('default', (again) => isReady(again) && again.metadata.uid !== first.metadata.uid, 'shop');
  t.deepEqual(await world.costOfNothing(), []);
});

test('a namespace that is deleted goes with its default network, and none is made anew', async (t) => {
  await using world = await ContainerWorld.open();
  await namespace(world, 'shop');
  const { metadata } = await world.network('default', isReady, 'shop');
  await attached(world, 'shop');
  await world.user.delete({ ...NAMESPACE, name: 'shop' });
  await world.eventually('it is gone', async () => (await world.find({ ...NAMESPACE, name: 'shop' })) === undefined);
  t.false((await world.runtime.networks.list()).includes(metadata.uid));
  t.is(await world.find(defaultOf('shop')), undefined);
});

test('a namespace with the annotation has none, and gets one without', async (t) => {
  await using world = await ContainerWorld.open();
  await namespace(world, 'bare', { [ANNOTATION]: 'disabled' });
  await world.quiet();
  t.is(await world.find(defaultOf('bare')), undefined);
  await namespace(world, 'bare');
  await world.network('default', isReady, 'bare');
  await namespace(world, 'bare', { [ANNOTATION]: 'disabled' });
  await gone(world, 'bare');
});

test('the annotation leaves a default network that somebody is in, until nobody is', async (t) => {
  await using world = await ContainerWorld.open();
  await namespace(world, 'shop');
  await world.network('default', isReady, 'shop');
  await attached(world, 'shop');
  await namespace(world, 'shop', { [ANNOTATION]: 'disabled' });
  await world.quiet();
  t.is((await world.network('default', isReady, 'shop')).metadata.deletionTimestamp, undefined);
  await world.user.delete({ ...CONTAINER, namespace: 'shop', name: 'web' });
  await gone(world, 'shop');
});

test('the annotation leaves a network `default` that somebody made', async (t) => {
  await using world = await ContainerWorld.open();
  await namespace(world, 'own', { [ANNOTATION]: 'disabled' });
  await world.user.create({ ...NETWORK, metadata: { namespace: 'own', name: 'default' }, spec: {} } as never);
  await world.network('default', isReady, 'own');
  await world.quiet();
  t.is((await world.network('default', isReady, 'own')).metadata.deletionTimestamp, undefined);
});

test('the default network waits for containers that want it without saying so', async (t) => {
  await using world = await ContainerWorld.open();
  await namespace(world, 'shop');
  await world.network('default', isReady, 'shop');
  await attached(world, 'shop');
  await world.user.delete(defaultOf('shop'));
  const waiting = await world.network(
    'default',
    (found) => conditionOf(found, 'Reconciling')?.reason === 'InUse',
    'shop',
  );
  t.is(conditionOf(waiting, 'Reconciling')?.message, 'used by containers web');
});
