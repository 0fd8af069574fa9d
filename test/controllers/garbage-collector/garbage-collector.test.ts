import test from 'ava';
import type { Client, DeleteOptions } from '../../../client/client.ts';
import { createGarbageCollector } from '../../../controllers/garbage-collector/index.ts';
import type { KubeObject, OwnerReference } from '../../../schemas/object.ts';
import { openApiWorld, type ApiWorld } from '../../support/api-world.ts';
import { ENGINE_CLIENTS, type OpenClient } from '../../support/engine-clients.ts';
import { eventually } from '../../support/eventually.ts';
import { runManager, type RunningManager } from '../../support/run-manager.ts';
import { widget, WIDGET, widgetRef } from '../../support/widget.ts';

const CONFIG_MAP = { apiVersion: 'v1', kind: 'ConfigMap' } as const;

interface Garden extends AsyncDisposable {
  readonly world: ApiWorld;
  readonly user: Client;
  readonly running: RunningManager;
  /** Makes a Widget owned by others. */
  grow(name: string, owners?: readonly KubeObject[], options?: Grow): Promise<KubeObject>;
  /** Names of the Widgets that there are. */
  names(): Promise<readonly string[]>;
  until(...names: string[]): Promise<unknown>;
}

interface Grow {
  readonly block?: boolean;
  readonly finalizers?: readonly string[];
}

const owner = ({ apiVersion, kind, metadata }: KubeObject, block: boolean): OwnerReference => ({
  apiVersion,
  kind,
  name: metadata.name,
  uid: metadata.uid,
  ...(block ? { blockOwnerDeletion: true } : {}),
});

async function plant(openClient: OpenClient): Promise<Garden> {
  const world = await openApiWorld();
  const user = world.plainClient('someone');
  const running = await runManager(await openClient(world), {
    runnables: [createGarbageCollector({ kinds: world.kinds })],
  });
  const names = async (): Promise<readonly string[]> =>
    (await user.list(WIDGET)).items.map(({ metadata }) => metadata.name).sort();
  return {
    world,
    user,
    running,
    names,
    grow: (name, owners = [], { block = false, finalizers = [] } = {}) =>
      user.create(widget(name, {}, { ownerReferences: owners.map((one) => owner(one, block)), finalizers })),
    until: (...expected) =>
      eventually(`only ${expected.join(', ')} left`, async () => (await names()).join() === expected.join()),
    async [Symbol.asyncDispose]() {
      await running[Symbol.asyncDispose]();
      await world[Symbol.asyncDispose]();
    },
  };
}

const cut = (garden: Garden, name: string, policy?: DeleteOptions['propagationPolicy']) =>
  garden.user.delete(widgetRef(name), policy === undefined ? {} : { propagationPolicy: policy });

const rest = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

for (const [client, openClient] of Object.entries(ENGINE_CLIENTS)) {
  const title = (text: string): string => `${client}: ${text}`;

  test(title('dependents follow their owner, over levels and kinds'), async (t) => {
    await using garden = await plant(openClient);
    const root = await garden.grow('root');
    const child = await garden.grow('child', [root]);
    await garden.grow('grandchild', [child]);
    const ownerReferences = [owner(child, false)];
    await garden.user.create({ ...CONFIG_MAP, metadata: { name: 'leaf', namespace: 'default', ownerReferences } });
    await garden.grow('stranger');
    await cut(garden, 'root', 'Background');
    await garden.until('stranger');
    await eventually(
      'the leaf is gone',
      async () => (await garden.user.list(CONFIG_MAP, { namespace: 'default' })).items.length === 0,
    );
    t.deepEqual(await garden.names(), ['stranger']);
  });

  test(title('a dependent goes with its last owner, and forgets those that went before'), async (t) => {
    await using garden = await plant(openClient);
    const [a, b] = [await garden.grow('a'), await garden.grow('b')];
    await garden.grow('child', [a, b]);
    await cut(garden, 'a');
    const child = await eventually('a is forgotten', async () => {
      const object = await garden.user.get(widgetRef('child'));
      return object.metadata.ownerReferences?.length === 1 ? object : undefined;
    });
    t.is(child.metadata.ownerReferences?.[0]?.uid, b.metadata.uid);
    await cut(garden, 'b');
    await garden.until();
    t.pass();
  });

  test(title('in the foreground the owner goes after the dependents that block it'), async (t) => {
    await using garden = await plant(openClient);
    const root = await garden.grow('root');
    const child = await garden.grow('child', [root], { block: true, finalizers: ['test.dev/hold'] });
    await garden.grow('grandchild', [child], { block: true });
    await garden.grow('loose', [root]);
    await cut(garden, 'root', 'Foreground');
    await garden.until('child', 'root');
    await rest(50);
    t.deepEqual(await garden.names(), ['child', 'root'], 'held by a finalizer of the child');
    const held = await garden.user.get(widgetRef('child'));
    t.truthy(held.metadata.deletionTimestamp);
    const finalizers = held.metadata.finalizers?.filter((name) => name !== 'test.dev/hold') ?? [];
    await garden.user.patch(widgetRef('child'), { metadata: { finalizers } }, { type: 'merge' });
    await garden.until();
  });

  test(
    title('in the foreground a dependent that another owner keeps, or that is let go by hand, blocks no longer'),
    async (t) => {
      await using garden = await plant(openClient);
      const [a, b] = [await garden.grow('a'), await garden.grow('b')];
      const child = await garden.grow('child', [a, b], { block: true });
      await cut(garden, 'a', 'Foreground');
      await garden.until('b', 'child');
      await garden.grow('held', [b], { block: true, finalizers: ['test.dev/hold'] });
      await cut(garden, 'b', 'Foreground');
      await garden.until('b', 'held');
      await garden.user.patch(widgetRef('held'), { metadata: { ownerReferences: [] } }, { type: 'merge' });
      await garden.until('held');
      t.truthy(child.metadata.ownerReferences?.every(({ blockOwnerDeletion }) => blockOwnerDeletion));
    },
  );

  test(title('orphaned dependents stay and forget their owner'), async (t) => {
    await using garden = await plant(openClient);
    const root = await garden.grow('root');
    await garden.grow('a', [root]);
    await garden.grow('b', [root]);
    await eventually('the collector knows them', () => garden.running.manager.informers.find(WIDGET)?.get('default/b'));
    await cut(garden, 'root', 'Orphan');
    await garden.until('a', 'b');
    for (const name of ['a', 'b'])
      t.deepEqual((await garden.user.get(widgetRef(name))).metadata.ownerReferences ?? [], []);
  });

  test(
    title('an object whose owner never was, is another one by now, or lives in another namespace, goes'),
    async (t) => {
      await using garden = await plant(openClient);
      await garden.user.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'other' } });
      const root = await garden.grow('root');
      const ghost = { ...root, metadata: { ...root.metadata, name: 'ghost', uid: 'no-such-uid' } };
      const namesake = { ...root, metadata: { ...root.metadata, uid: 'of-an-earlier-root' } };
      await garden.grow('of-ghost', [ghost]);
      await garden.grow('of-namesake', [namesake]);
      const ownerReferences = [owner(root, false)];
      await garden.user.create(widget('abroad', {}, { namespace: 'other', ownerReferences }));
      await garden.until('root');
      t.pass();
    },
  );

  test(title('an object whose owner is of an unknown kind is left alone'), async (t) => {
    await using garden = await plant(openClient);
    const root = await garden.grow('root');
    await garden.grow('puzzle', [{ ...root, kind: 'Gizmo' }]);
    await garden.grow('doomed', [{ ...root, metadata: { ...root.metadata, uid: 'gone' } }]);
    await garden.until('puzzle', 'root');
    await rest(50);
    t.deepEqual(await garden.names(), ['puzzle', 'root']);
  });

  test(title('a ring of objects that own each other goes, in the foreground too'), async (t) => {
    await using garden = await plant(openClient);
    const a = await garden.grow('a');
    const b = await garden.grow('b', [a], { block: true });
    const ownerReferences = [owner(b, true)];
    await garden.user.patch(widgetRef('a'), { metadata: { ownerReferences } }, { type: 'merge' });
    await eventually(
      'the collector knows the ring',
      () => garden.running.manager.informers.find(WIDGET)?.get('default/a')?.metadata.ownerReferences?.length,
    );
    await cut(garden, 'a', 'Foreground');
    await garden.until();
    t.pass();
  });
}

test('what was orphaned or deleted while nobody collected is made up for at the start', async (t) => {
  await using world = await openApiWorld();
  const user = world.plainClient('someone');
  const root = await user.create(widget('root'));
  const other = await user.create(widget('other'));
  await user.create(widget('child', {}, { ownerReferences: [owner(root, false)] }));
  await user.create(widget('kept', {}, { ownerReferences: [owner(other, false)] }));
  await user.delete(widgetRef('root'));
  await user.delete(widgetRef('other'), { propagationPolicy: 'Orphan' });
  await using _running = await runManager(world.client(), {
    runnables: [createGarbageCollector({ kinds: world.kinds })],
  });
  await eventually(
    'only kept is left',
    async () => (await user.list(WIDGET)).items.map(({ metadata }) => metadata.name).join() === 'kept',
  );
  t.pass();
});

test('owned objects that are well cause no write and no question, however often they change', async (t) => {
  await using garden = await plant((world) => world.client());
  const root = await garden.grow('root');
  await garden.grow('child', [root]);
  for (let n = 0; n < 5; n += 1) {
    await garden.user.patch(widgetRef('child'), { spec: { size: n } }, { type: 'merge' });
  }
  await rest(50);
  t.deepEqual(garden.running.client.writes, []);
  t.deepEqual(garden.running.client.gets, []);
});

test('a kind that comes at run time is collected from then on', async (t) => {
  await using world = await openApiWorld();
  const user = world.plainClient('someone');
  const root = await user.create(widget('root'));
  await user.create(
    widget('child', {}, { ownerReferences: [owner({ ...root, metadata: { ...root.metadata, uid: 'gone' } }, false)] }),
  );
  let known = false;
  const listeners = new Set<() => void>();
  const kinds = {
    current: () => world.kinds.current().filter(({ kind }) => known || kind !== 'Widget'),
    subscribe: (listener: () => void) => {
      listeners.add(listener);
      return { [Symbol.dispose]: () => listeners.delete(listener) };
    },
  };
  await using running = await runManager(world.plainClient(), { runnables: [createGarbageCollector({ kinds })] });
  await rest(30);
  t.is((await user.list(WIDGET)).items.length, 2);
  known = true;
  for (const listener of listeners) listener();
  await eventually('the child is gone', async () => (await user.list(WIDGET)).items.length === 1);
  known = false;
  for (const listener of listeners) listener();
  t.is(running.manager.informers.find(WIDGET), undefined);
  await running.manager.stop();
  t.is(listeners.size, 0);
  t.is(running.client.watches(), 0);
});
