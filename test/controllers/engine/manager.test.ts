import test from 'ava';
import { settled, type Controller } from '../../../controllers/engine/contract.ts';
import { createManager } from '../../../controllers/engine/manager.ts';
import { openApiWorld } from '../../support/api-world.ts';
import { eventually } from '../../support/eventually.ts';
import { lagClient, seededRandom } from '../../support/lag-client.ts';
import { ManualTime, turns } from '../../support/manual-time.ts';
import { recordingLog } from '../../support/recording-log.ts';
import { runManager } from '../../support/run-manager.ts';
import { widget, WIDGET, widgetRef, type Widget, type WidgetStatus } from '../../support/widget.ts';

const CONFIG_MAP = { apiVersion: 'v1', kind: 'ConfigMap' } as const;
const LEASE = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease' } as const;

type WidgetController = Controller<Widget, WidgetStatus>;

/** Notes the size that it sees. */
const healthy = (parts: Partial<WidgetController> = {}): WidgetController => ({
  name: 'healthy',
  kind: WIDGET,
  reconcile: async (object, { status }) => {
    status.set({ seen: object.spec?.size ?? 0 });
    return settled();
  },
  ...parts,
});

const quietly = (parts: Partial<WidgetController>): WidgetController =>
  healthy({ name: 'broken', outcomeConditions: false, reconcile: async () => settled(), ...parts });

const fail = (): never => {
  throw new Error('a bug');
};

const BUGS: Readonly<Record<string, Partial<WidgetController>>> = {
  'a reconciler that throws before its first await': { reconcile: fail },
  'a mapping that throws': { watches: [{ kind: CONFIG_MAP, map: fail }] },
  'an index function that throws': { indexes: { bad: fail } },
  'an event source that does not start': { sources: [{ start: fail }] },
  'a cache that is never filled': {
    watches: [{ kind: { apiVersion: 'nobody.dev/v1', kind: 'Nothing' }, map: () => [] }],
  },
  'a reconciler that never ends': { reconcile: () => new Promise(() => undefined) },
};

for (const [bug, parts] of Object.entries(BUGS)) {
  test(`${bug} does not take other controllers down, nor the stop`, async (t) => {
    await using world = await openApiWorld();
    const user = world.plainClient();
    const log = recordingLog();
    const manager = createManager({
      client: world.client(),
      controllers: [quietly(parts), healthy()],
      clock: { now: () => Date.now() },
      random: Math.random,
      log,
      drainMs: 50,
    });
    void manager.start();
    await user.create(widget('a', { size: 4 }));
    await user.create({ ...CONFIG_MAP, metadata: { name: 'c', namespace: 'default' } });
    await eventually('the healthy one works', async () => (await user.get<Widget>(widgetRef('a'))).status?.seen === 4);
    await manager.stop();
    t.true(manager.stats().every(({ state }) => state === 'stopped'));
  });
}

test('a key whose mapping failed is not lost', async (t) => {
  await using world = await openApiWorld();
  const user = world.plainClient();
  const time = new ManualTime();
  let failing = true;
  let passes = 0;
  const controller = quietly({
    watches: [{ kind: CONFIG_MAP, map: () => (failing ? fail() : []) }],
    reconcile: async () => {
      passes += 1;
      return settled();
    },
  });
  await user.create(widget('a'));
  await using running = await runManager(world.client(), { controllers: [controller], clock: time, timers: time });
  await eventually('the first pass', () => passes === 1);
  await user.create({ ...CONFIG_MAP, metadata: { name: 'c', namespace: 'default' } });
  await time.pass(2000);
  t.is(passes, 2);
  t.true(running.lines.some(({ level, message }) => level === 'error' && message === 'a mapping failed'));
});

test('an event source that fails at first is started again', async (t) => {
  await using world = await openApiWorld();
  const time = new ManualTime();
  const seen: string[] = [];
  let starts = 0;
  let stopped = false;
  const controller = quietly({
    sources: [
      {
        start: (enqueue) => {
          starts += 1;
          if (starts < 3) fail();
          enqueue('default/a');
          return { [Symbol.dispose]: () => (stopped = true) };
        },
      },
    ],
    reconcile: async ({ metadata }) => {
      seen.push(metadata.name);
      return settled();
    },
  });
  await world.plainClient().create(widget('a'));
  const running = await runManager(world.client(), { controllers: [controller], clock: time, timers: time });
  await eventually('the first pass', () => seen.length === 1);
  await time.pass(300);
  await eventually('the source has woken it', () => seen.length === 2);
  t.is(starts, 3);
  await running.manager.stop();
  t.true(stopped);
  t.is(time.timers, 0);
});

test('it says whom it still waits for, until each object of the start has been looked at', async (t) => {
  await using world = await openApiWorld();
  const user = world.plainClient();
  for (const name of ['a', 'b']) await user.create(widget(name));
  const gate = Promise.withResolvers<void>();
  const manager = createManager({
    client: world.client(),
    controllers: [
      healthy({
        async reconcile({ metadata }) {
          if (metadata.name === 'b') await gate.promise;
          return settled();
        },
      }),
    ],
    clock: { now: () => Date.now() },
    random: Math.random,
    log: recordingLog(),
  });
  t.is(manager.notReady(), 'healthy has not begun');
  await manager.start();
  await eventually('the first pass', () => manager.notReady() === 'healthy has not looked at 1 yet');
  gate.resolve();
  await eventually('the other pass', () => manager.notReady() === undefined);
  // What comes later is no matter of the start.
  await user.create(widget('c'));
  t.is(manager.notReady(), undefined);
  await manager.stop();
  t.is(manager.notReady(), 'healthy has stopped');
});

test('each controller writes as its own user', async (t) => {
  await using world = await openApiWorld();
  const asked: string[] = [];
  const manager = createManager({
    client: world.client(),
    clientFor: (name) => {
      asked.push(name);
      return world.client(`system:controller:${name}`);
    },
    controllers: [healthy({ name: 'one' }), quietly({ name: 'two' })],
    clock: { now: () => Date.now() },
    random: Math.random,
    log: recordingLog(),
  });
  await manager.stop();
  t.deepEqual([...new Set(asked)].sort(), ['one', 'two']);
});

test('reading a kind that was not declared is an error that says what to do', async (t) => {
  await using world = await openApiWorld();
  const user = world.plainClient();
  const controller = healthy({
    reconcile: async (_object, { reader }) => {
      reader.list(LEASE);
      return settled();
    },
  });
  await using _running = await runManager(world.client(), { controllers: [controller] });
  await user.create(widget('a'));
  const message = await eventually('the message', async () => {
    const { status } = await user.get<Widget>(widgetRef('a'));
    return status?.conditions?.find(({ type }) => type === 'Reconciling')?.message;
  });
  t.regex(message, /controller "healthy" reads Lease .* add it to its watches/);
});

test('two controllers may give one index name to different functions', async (t) => {
  await using world = await openApiWorld();
  const user = world.plainClient();
  const found = new Map<string, number>();
  const indexing = (name: string, value: (object: Widget) => string): WidgetController =>
    quietly({
      name,
      indexes: { by: (object) => [value(object)] },
      reconcile: async (_object, { reader }) => {
        found.set(name, reader.list(WIDGET, { index: { name: 'by', value: 'red' } }).length);
        return settled();
      },
    });
  await user.create(widget('red', { color: 'blue' }));
  const controllers = [
    indexing('by-name', ({ metadata }) => metadata.name),
    indexing('by-color', ({ spec }) => spec?.color ?? ''),
  ];
  await using _running = await runManager(world.client(), { controllers });
  await eventually('both have looked', () => found.size === 2);
  t.deepEqual(Object.fromEntries(found), { 'by-name': 1, 'by-color': 0 });
});

test('what a pass has seen is still written when the manager stops under it', async (t) => {
  await using world = await openApiWorld();
  const user = world.plainClient();
  const started = Promise.withResolvers<void>();
  const controller = healthy({
    reconcile: async (_object, { status, signal }) => {
      started.resolve();
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
      status.set({ note: 'seen at the end' });
      return settled();
    },
  });
  const running = await runManager(world.client(), { controllers: [controller] });
  await user.create(widget('a'));
  await started.promise;
  await running.manager.stop();
  t.is((await user.get<Widget>(widgetRef('a'))).status?.note, 'seen at the end');
});

test('a stopped manager leaves no timer, no watch and no work, whatever waited', async (t) => {
  await using world = await openApiWorld();
  const user = world.plainClient();
  const time = new ManualTime();
  const controllers = [
    quietly({ name: 'waits', reconcile: async () => ({ type: 'waiting', reason: 'Timeout', message: 'wait' }) }),
    quietly({ name: 'fails', reconcile: fail }),
    quietly({ name: 'settles', reconcile: async () => settled(60_000) }),
  ];
  const running = await runManager(world.plainClient(), { controllers, clock: time, timers: time });
  for (const name of ['a', 'b', 'c']) await user.create(widget(name));
  await turns(50);
  await time.pass(100);
  t.true(time.timers > 0);
  t.true(running.client.watches() > 0);
  await running.manager.stop();
  t.is(time.timers, 0);
  t.is(running.client.watches(), 0);
});

test('over a network where one call in five fails, everything comes to rest as it should be', async (t) => {
  await using world = await openApiWorld();
  const user = world.plainClient();
  const client = lagClient(world.plainClient(), { watchLagMs: 2, faultRate: 0.2, random: seededRandom(42) });
  const controller = healthy({ finalizer: 'test.dev/hold', finalize: async () => settled() });
  await using _running = await runManager(client, { controllers: [controller] });
  const names = Array.from({ length: 20 }, (_, n) => `w${n}`);
  await Promise.all(names.map((name, size) => user.create(widget(name, { size }))));
  await eventually('all are seen and quiet', async () => {
    const { items } = await user.list<Widget>(WIDGET);
    return items.every(
      ({ spec, status }) =>
        status?.seen === spec?.size && status?.observedGeneration === 1 && !status.conditions?.length,
    );
  });
  await Promise.all(names.map((name) => user.delete(widgetRef(name))));
  await eventually('all are gone', async () => (await user.list(WIDGET)).items.length === 0);
  t.pass();
});
