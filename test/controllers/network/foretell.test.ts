import test, { type ExecutionContext } from 'ava';
import type { Network } from '../../../schemas/gen/types.ts';
import {
  conditionOf,
  container,
  ContainerWorld,
  CONTAINER,
  isReady,
  NETWORK,
  ref,
} from '../../support/container-world.ts';
import { gone, planOf, planText, wouldBe } from '../../support/plans.ts';

const network = (spec: Network['spec'] = {}, name = 'back') => ({
  ...NETWORK,
  metadata: { name, namespace: 'default' },
  spec,
});

test('a Network that is not there is made; a range that is picked is not told, one that is asked for is', async (t) => {
  await using world = await ContainerWorld.open();
  const asked = network({ subnets: [{ subnet: '10.99.0.0/24' }] }, 'asked');
  t.deepEqual(planText(await planOf(world, await wouldBe(world, [network(), asked]))), [
    'Changed Network back Create: made',
    '  Allocate: it is not there yet',
    '  Configure back: it is not there yet',
    'Changed Network asked Create: made',
    '  Allocate 10.99.0.0/24: it is not there yet',
    '  Configure asked: it is not there yet',
  ]);
});

test('a range that another Network has is waited for, unless that one would be gone', async (t) => {
  await using world = await ContainerWorld.open();
  await world.user.create(network({ subnets: [{ subnet: '10.99.0.0/24' }] }));
  await world.network('back', isReady);
  const other = await wouldBe(world, [network({ subnets: [{ subnet: '10.99.0.0/16' }] }, 'other')]);
  const [waits] = await planOf(world, other);
  t.like(waits, { action: 'Wait', message: 'waits: SubnetOverlap: 10.99.0.0/16 overlaps network default/back' });
  const [, made] = await planOf(world, [...gone(ref(NETWORK, 'back')), ...other]);
  t.is(made?.action, 'Create');
  t.is((await planOf(world, other))[0]?.action, 'Wait', 'what was only asked freed no range');
});

/** What each is told, and then what becomes of it: `a Create`, `b Wait SubnetOverlap …`. */
async function toldAndDone(
  t: ExecutionContext,
  world: ContainerWorld,
  networks: readonly ReturnType<typeof network>[],
) {
  const told = await planOf(world, await wouldBe(world, networks));
  for (const one of networks) {
    await world.user.apply(one, { fieldManager: 'test', force: true });
    await world.network(one.metadata.name, (there) => conditionOf(there, 'Ready'));
    await world.quiet();
  }
  for (const {
    ref: { name },
    action,
    message,
  } of told) {
    const { reason = '', message: done = '' } = conditionOf(await world.network(name, () => true), 'Ready') ?? {};
    if (action === 'Wait') t.is(message, `waits: ${reason}: ${done}`);
    else t.is(reason, 'Allocated', `${name}: ${done}`);
  }
  return told.map(({ ref, action }) => `${ref.name} ${action}`);
}

const asking = (name: string, subnet: string) => network({ subnets: [{ subnet }] }, name);

test('of two of one question that ask for the same the first has it', async (t) => {
  await using world = await ContainerWorld.open();
  const told = await toldAndDone(t, world, [asking('a', '10.99.0.0/24'), asking('b', '10.99.0.0/16')]);
  t.deepEqual(told, ['a Create', 'b Wait']);
});

test('who has to wait keeps no range from those behind it', async (t) => {
  await using world = await ContainerWorld.open();
  await toldAndDone(t, world, [asking('a', '10.99.0.0/24')]);
  const told = await toldAndDone(t, world, [asking('b', '10.99.0.0/16'), asking('c', '10.99.7.0/24')]);
  t.deepEqual(told, ['b Wait', 'c Create']);
});

test('a range of one that goes is left to the first that asks for it', async (t) => {
  await using world = await ContainerWorld.open();
  await toldAndDone(t, world, [asking('a', '10.99.0.0/24')]);
  const others = await wouldBe(world, [asking('b', '10.99.0.0/16'), asking('c', '10.99.0.0/24')]);
  const told = await planOf(world, [...gone(ref(NETWORK, 'a')), ...others]);
  t.deepEqual(
    told.map(({ action }) => action),
    ['Delete', 'Create', 'Wait'],
  );
  t.is(told[2]?.message, 'waits: SubnetOverlap: 10.99.0.0/24 overlaps network default/b');
});

test('a changed Network is changed in place, with its cause; an unchanged one not at all', async (t) => {
  await using world = await ContainerWorld.open();
  await world.user.create(network());
  await world.network('back', isReady);
  t.deepEqual(planText(await planOf(world, await wouldBe(world, [network({ internal: true })]))), [
    'Changed Network back Update: changed in place, because spec.internal changed',
    '  Configure back: spec.internal changed',
  ]);
  t.deepEqual(planText(await planOf(world, await wouldBe(world, [network()]))), [
    'Changed Network back None: it is as it is to be',
  ]);
});

test('a Network in use waits, and is taken off the machine with its last user', async (t) => {
  await using world = await ContainerWorld.open();
  await world.user.create(network());
  await world.user.create(container('web', { networks: [{ name: 'back' }] }));
  await world.running('web');
  const [waits] = await planOf(world, gone(ref(NETWORK, 'back')));
  t.like(waits, { action: 'Wait', message: 'waits: InUse: used by containers web' });
  const [removed] = await planOf(world, gone(ref(NETWORK, 'back'), ref(CONTAINER, 'web')));
  t.like(removed, { action: 'Delete', message: 'taken off the machine' });
});
