import test from 'ava';
import type { Client } from '../../../client/client.ts';
import type { Container, ControllerRevision } from '../../../schemas/gen/types.ts';
import { conditionOf, CONTAINER, ContainerWorld, ref } from '../../support/container-world.ts';

const REVISION = { apiVersion: 'apps/v1', kind: 'ControllerRevision' } as const;
const tail = (seconds: number) => ({ args: ['tail', String(seconds)] });

async function revisions(world: ContainerWorld): Promise<readonly ControllerRevision[]> {
  const { items } = await world.user.list<ControllerRevision>(REVISION, { namespace: 'default' });
  return items.toSorted((a, b) => a.revision - b.revision);
}

const texts = async (world: ContainerWorld): Promise<readonly string[]> =>
  (await revisions(world)).map(({ revision, data }) => {
    const { args = [] } = (data as unknown as { spec: Container['spec'] }).spec;
    return `${String(revision)} ${args.join(' ')}`;
  });

const atRevision = (world: ContainerWorld, revision: number): Promise<Container> =>
  world.running('web', (status) => status.revision === revision);

test('the first spec is revision 1, which the Container controls', async (t) => {
  await using world = await ContainerWorld.open();
  await world.apply('web', tail(1000), { app: 'shop' });
  const { metadata, status } = await atRevision(world, 1);
  const [first, ...more] = await revisions(world);
  t.deepEqual(more, []);
  t.regex(first?.metadata.name ?? '', /^web-[0-9a-f]{10}$/);
  t.like(first?.metadata.ownerReferences?.[0], { kind: 'Container', uid: metadata.uid, controller: true });
  t.like(first?.metadata.labels, { app: 'shop' });
  t.like(status, { currentRevision: first?.metadata.name ?? '', updateRevision: first?.metadata.name ?? '' });
  t.deepEqual(await world.costOfNothing(), []);
});

test('each spec that needs another instance is a revision, and an old one gets the newest number when it is wanted again', async (t) => {
  await using world = await ContainerWorld.open();
  await world.apply('web', tail(1001));
  await atRevision(world, 1);
  await world.apply('web', tail(1002));
  await atRevision(world, 2);
  t.deepEqual(await texts(world), ['1 tail 1001', '2 tail 1002']);
  await world.apply('web', tail(1001));
  await atRevision(world, 3);
  t.deepEqual(await texts(world), ['2 tail 1002', '3 tail 1001']);
});

test('what changes in place is no other revision, and stands in the present one', async (t) => {
  await using world = await ContainerWorld.open();
  await world.apply('web', tail(1001));
  await atRevision(world, 1);
  await world.apply('web', { ...tail(1001), terminationGracePeriodSeconds: 7 });
  const [only, ...more] = await world.eventually('it is written down', async () => {
    const all = await revisions(world);
    const { spec } = (all[0]?.data ?? {}) as unknown as { spec?: Container['spec'] };
    return spec?.terminationGracePeriodSeconds === 7 ? all : undefined;
  });
  t.deepEqual([only?.revision, more], [1, []]);
  const { status } = await world.until('tells', 'web', ({ lastChange }) => lastChange);
  t.deepEqual(status?.lastChange, {
    generation: 2,
    inPlace: ['terminationGracePeriodSeconds'],
    replacement: [],
  });
});

test('status tells which fields were changed in place and which needed another container', async (t) => {
  await using world = await ContainerWorld.open();
  await world.apply('web', tail(1001));
  await atRevision(world, 1);
  await world.apply('web', { ...tail(1002), terminationGracePeriodSeconds: 7, env: [{ name: 'A', value: '1' }] });
  const { status } = await atRevision(world, 2);
  t.deepEqual(status?.lastChange, {
    generation: 2,
    inPlace: ['terminationGracePeriodSeconds'],
    replacement: ['args', 'env'],
  });
});

test('so many old revisions are kept as revisionHistoryLimit says', async (t) => {
  await using world = await ContainerWorld.open();
  for (const seconds of [1001, 1002, 1003, 1004]) {
    await world.apply('web', { ...tail(seconds), revisionHistoryLimit: 1 });
    await world.running('web', ({ revision }) => revision === seconds - 1000);
    await world.eventually('is rolled out', async () => (await world.get('web')).status?.rollout === undefined);
  }
  await world.quiet();
  t.deepEqual(await texts(world), ['3 tail 1003', '4 tail 1004']);
});

test('a revision that somebody deleted is written down again', async (t) => {
  await using world = await ContainerWorld.open();
  await world.apply('web', tail(1001));
  await atRevision(world, 1);
  const [{ metadata } = { metadata: { name: '' } }] = await revisions(world);
  await world.user.delete({ ...REVISION, namespace: 'default', name: metadata.name });
  await world.apply('web', tail(1001), { a: 'b' });
  await world.eventually('it is back', async () => (await revisions(world)).length === 1);
  t.deepEqual(await texts(world), ['1 tail 1001']);
});

test('a restart that was asked for is repeated in status only with what is said of it', async (t) => {
  const written: Container[] = [];
  const recording = (client: Client): Client =>
    new Proxy(client, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name);
        if (typeof value !== 'function') return value;
        return (...parameters: unknown[]) => {
          const [object] = parameters as [Container];
          if (name === 'updateStatus' && object.kind === 'Container') written.push(object);
          return Reflect.apply(value, target, parameters) as unknown;
        };
      },
    });
  await using world = await ContainerWorld.open({ client: recording });
  await world.apply('web', tail(1001));
  const before = await atRevision(world, 1);
  const at = '2026-01-01T00:00:00Z';
  const annotations = { 'tsmoby.dev/restartedAt': at };
  await world.user.patch(ref(CONTAINER, 'web'), { metadata: { annotations } }, { type: 'merge', fieldManager: 'test' });
  await world.until(
    'is rolled out',
    'web',
    ({ observedRestart, rollout, pid }) => observedRestart === at && !rollout && pid !== before.status?.pid,
  );
  const told = written.filter(({ status }) => status?.observedRestart === at);
  t.is(conditionOf(told[0] ?? {}, 'RolledOut')?.status, 'False');
  t.true(told.every(({ status }) => status?.updateRevision !== before.status?.updateRevision));
  t.deepEqual(await world.costOfNothing(), []);
});
