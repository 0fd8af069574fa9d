import test from 'ava';
import { settled, type Controller, type Planned, type Reader } from '../../../controllers/engine/contract.ts';
import { NotReadyError, type PlanChange } from '../../../controllers/engine/planning/question.ts';
import { createManager } from '../../../controllers/engine/manager.ts';
import type { ConfigMap } from '../../../schemas/gen/types.ts';
import { openApiWorld } from '../../support/api-world.ts';
import { planText } from '../../support/plans.ts';
import { recordingLog } from '../../support/recording-log.ts';
import { runManager } from '../../support/run-manager.ts';
import { widget, WIDGET, widgetRef, type Widget, type WidgetStatus } from '../../support/widget.ts';

const CONFIG_MAP = { apiVersion: 'v1', kind: 'ConfigMap' } as const;
type WidgetController = Controller<Widget, WidgetStatus>;

/** Sizes are told by a ConfigMap whose name stands on the Widget's label `size`. */
const sized = (parts: Partial<WidgetController> = {}): WidgetController => ({
  name: 'sized',
  outcomeConditions: false,
  kind: WIDGET,
  indexes: { size: ({ metadata }) => Object.values(metadata.labels ?? {}) },
  watches: [
    {
      kind: CONFIG_MAP,
      indexes: { data: (map) => Object.keys((map as ConfigMap).data ?? {}) },
      map: ({ metadata }, reader) =>
        reader
          .list(WIDGET, { namespace: metadata.namespace ?? '', index: { name: 'size', value: metadata.name } })
          .map((found) => `${found.metadata.namespace}/${found.metadata.name}`),
    },
  ],
  reconcile: async () => settled(),
  plan: (object, { reader, before }) => {
    const [now, was] = [sizeOf(object, reader), sizeOf(object, before)];
    if (object.metadata.deletionTimestamp !== undefined) return done('Delete', 'deleted');
    return now === was ? { action: 'None', message: 'as it is', steps: [] } : done('Update', `${was} becomes ${now}`);
  },
  ...parts,
});

const done = (action: Planned['action'], message: string): Planned => ({
  action,
  message,
  steps: [{ type: action, cause: message }],
});

const sizeOf = ({ metadata }: Widget, reader: Reader): string =>
  reader.get<ConfigMap>(CONFIG_MAP, 'default', metadata.labels?.['size'] ?? '')?.data?.['size'] ?? 'nothing';

const map = (name: string, size: string): ConfigMap =>
  ({ ...CONFIG_MAP, metadata: { name, namespace: 'default' }, data: { size } }) as unknown as ConfigMap;
const labelled = (name: string, size: string): Widget => {
  const made = widget(name, { size: 1 });
  return { ...made, metadata: { ...made.metadata, labels: { size } } } as unknown as Widget;
};

async function open(...controllers: readonly WidgetController[]) {
  const world = await openApiWorld();
  const user = world.plainClient();
  await user.create(map('s', '1'));
  await user.create(labelled('a', 's'));
  await user.create(labelled('b', 's'));
  const running = await runManager(world.client(), { controllers });
  const { manager, client } = running;
  return {
    user,
    client,
    ask: async (...changes: readonly PlanChange[]) =>
      planText(await manager.plan(changes, new AbortController().signal)),
    async [Symbol.asyncDispose]() {
      await running[Symbol.asyncDispose]();
      await world[Symbol.asyncDispose]();
    },
  };
}

const UPDATE = (because: string, name: string, words: string) => [
  `${because} Widget ${name} Update: ${words}`,
  `  Update: ${words}`,
];

test('others are told of that have something to do because of the question, and nobody else', async (t) => {
  await using world = await open(sized());
  await world.user.create(labelled('c', 'other'));
  t.deepEqual(await world.ask({ object: map('s', '2') }), [
    'Changed ConfigMap s None: nothing is done for the object by itself',
    ...UPDATE('Affected', 'a', '1 becomes 2'),
    ...UPDATE('Affected', 'b', '1 becomes 2'),
  ]);
  t.deepEqual(await world.ask({ object: map('s', '1') }), [
    'Changed ConfigMap s None: nothing is done for the object by itself',
  ]);
  t.deepEqual(await world.ask({ delete: { ...CONFIG_MAP, namespace: 'default', name: 's' } }), [
    'Deleted ConfigMap s Delete: deleted',
    ...UPDATE('Affected', 'a', '1 becomes nothing'),
    ...UPDATE('Affected', 'b', '1 becomes nothing'),
  ]);
});

test('what is to do anyway follows from no question', async (t) => {
  const busy = sized({ plan: () => done('Update', 'as ever') });
  await using world = await open(busy);
  t.deepEqual(await world.ask({ object: map('s', '2') }), [
    'Changed ConfigMap s None: nothing is done for the object by itself',
  ]);
});

test('objects of the question come first, in its order, and see each other', async (t) => {
  await using world = await open(sized());
  t.deepEqual(
    await world.ask({ object: labelled('new', 'fresh') }, { delete: widgetRef('b') }, { object: map('fresh', '5') }),
    [
      ...UPDATE('Changed', 'new', 'nothing becomes 5'),
      'Deleted Widget b Delete: deleted',
      '  Delete: deleted',
      'Changed ConfigMap fresh None: nothing is done for the object by itself',
    ],
  );
});

test('indexes show objects as they would be', async (t) => {
  const seen: string[] = [];
  const names = (reader: Reader, value: string): string =>
    reader
      .list(WIDGET, { namespace: 'default', index: { name: 'size', value } })
      .map(({ metadata }) => metadata.name)
      .toSorted()
      .join();
  const looking = sized({
    plan: (_, { reader, before }) => {
      seen.push(`${names(before, 's')} ${names(reader, 's')} ${names(reader, 't')}`);
      return { action: 'None', message: '', steps: [] };
    },
  });
  await using world = await open(looking);
  await world.ask({ object: labelled('a', 't') }, { object: labelled('new', 's') }, { delete: widgetRef('b') });
  t.deepEqual([...new Set(seen)], ['a,b new a']);
});

test('an object has the uid and the status of the one that is there, and its next generation when the spec differs', async (t) => {
  const seen: Widget[] = [];
  const looking = sized({
    plan: (object) => {
      seen.push(object);
      return { action: 'None', message: '', steps: [] };
    },
  });
  await using world = await open(looking);
  const there = await world.user.get<Widget>(widgetRef('a'));
  const { generation = 0 } = there.metadata;
  await world.user.updateStatus({ ...there, status: { seen: 3 } } as never);
  const asked = widget('a', { size: 7 }) as unknown as Widget;
  await world.ask({ object: { ...asked, status: { seen: 99 } } as never }, { object: labelled('new', 's') });
  const [changed, made] = seen;
  t.like(changed, { metadata: { uid: there.metadata.uid, generation: generation + 1 }, status: { seen: 3 } });
  t.is(made?.metadata.uid.length, 36);
  t.is(made?.metadata.generation, 1);
});

test('what a controller throws is waited for, or cannot be told; a circle ends', async (t) => {
  const asking = sized({
    async plan({ metadata }, { planOf }) {
      if (metadata.name === 'b') throw new Error('a bug');
      const other = await planOf(widgetRef('c'));
      const again = metadata.name === 'c' ? await planOf(widgetRef('a')) : undefined;
      return { action: 'None', message: `${other?.message} ${again?.message}`, steps: [] };
    },
  });
  await using world = await open(asking);
  await world.user.create(labelled('c', 's'));
  const asked = ['a', 'b', 'c'].map((name) => ({ object: labelled(name, 's') }));
  t.deepEqual(await world.ask(...asked), [
    'Changed Widget a None: undefined undefined undefined',
    'Changed Widget b Unknown: cannot be told: a bug',
    'Changed Widget c None: undefined undefined',
  ]);
});

test('a question writes nothing', async (t) => {
  await using world = await open(sized());
  world.client.writes.length = 0;
  await world.ask({ object: map('s', '2') }, { delete: widgetRef('b') });
  t.deepEqual(world.client.writes, []);
});

test('before the caches are filled nobody can tell', async (t) => {
  await using world = await openApiWorld();
  const nobody = { kind: { apiVersion: 'nobody.dev/v1', kind: 'Nothing' }, map: () => [] };
  await using manager = createManager({
    client: world.client(),
    controllers: [sized({ watches: [nobody] })] as never,
    clock: { now: () => Date.now() },
    random: Math.random,
    log: recordingLog(),
    drainMs: 50,
  });
  void manager.start();
  const error = await t.throwsAsync(manager.plan([], new AbortController().signal), { instanceOf: NotReadyError });
  t.is(error?.message, 'sized has not begun');
});

test('a large question leaves the event loop to others', async (t) => {
  const slow = sized({
    plan() {
      const end = performance.now() + 0.2;
      while (performance.now() < end);
      return { action: 'None', message: '', steps: [] };
    },
  });
  await using world = await open(slow);
  let turns = 0;
  const others = setInterval(() => (turns += 1), 0);
  const asked = Array.from({ length: 1000 }, (_, number) => ({ object: labelled(`w${number}`, 's') }));
  const answer = await world.ask(...asked);
  clearInterval(others);
  t.is(answer.length, 1000);
  t.true(turns > 10, `others had ${turns} turns in 200 ms of work`);
});
