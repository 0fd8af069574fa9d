/** What a controller may rely on, whichever Client the engine runs on. */
import type { TestFn } from 'ava';
import { ApiError, type Client } from '../../client/client.ts';
import { ReconcileError, settled, type Controller, type ReconcileContext } from '../../controllers/engine/contract.ts';
import { createManager, type Manager } from '../../controllers/engine/manager.ts';
import { systemTimers } from '../../controllers/engine/timers.ts';
import type { ConfigMap, Event } from '../../schemas/gen/types.ts';
import { openApiWorld, type ApiWorld } from '../support/api-world.ts';
import { countingClient, type CountingClient } from '../support/counting-client.ts';
import type { OpenClient } from '../support/engine-clients.ts';
import { eventually } from '../support/eventually.ts';
import { recordingLog, type LogLine } from '../support/recording-log.ts';
import { widget, WIDGET, widgetRef, type Widget, type WidgetStatus } from '../support/widget.ts';

const CONFIG_MAP = { apiVersion: 'v1', kind: 'ConfigMap' } as const;
const EVENT = { apiVersion: 'v1', kind: 'Event' } as const;
const FINALIZER = 'test.tsmoby.dev/widget';

type WidgetController = Controller<Widget, WidgetStatus>;
type Context = ReconcileContext<WidgetStatus>;

interface Bench extends AsyncDisposable {
  readonly world: ApiWorld;
  /** A user's client, straight to the server. */
  readonly user: Client;
  /** What the engine used. */
  readonly client: CountingClient;
  readonly manager: Manager;
  readonly lines: readonly LogLine[];
  /** Waits until the stored object fits. */
  until(name: string, what: string, fits: (object: Widget) => boolean): Promise<Widget>;
  /** Waits until nothing has run or been written for a while. */
  quiet(): Promise<void>;
}

async function setUp(
  openClient: OpenClient,
  controllers: readonly WidgetController[],
  before?: (user: Client) => Promise<void>,
): Promise<Bench> {
  const stack = new AsyncDisposableStack();
  const world = stack.use(await openApiWorld());
  const user = world.plainClient('someone');
  await before?.(user);
  const client = countingClient(await openClient(world));
  const log = recordingLog();
  const clock = { now: () => Date.now() };
  const manager = stack.use(createManager({ client, controllers, clock, random: Math.random, log }));
  await manager.start();
  return {
    world,
    user,
    client,
    manager,
    lines: log.lines,
    until: (name, what, fits) =>
      eventually(`${name} ${what}`, async () => {
        const object = await user.get<Widget>(widgetRef(name));
        return fits(object) ? object : undefined;
      }),
    quiet: async () => {
      let seen = -1;
      await eventually('quiet', async () => {
        const before = seen;
        await new Promise((resolve) => systemTimers.after(60, () => resolve(undefined)));
        const busy = manager.stats().some(({ ready, running }) => ready + running > 0);
        seen = client.writes.length;
        return !busy && seen === before;
      });
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

/** A controller that settles, with parts replaced. */
function controllerOf(parts: Partial<WidgetController> = {}): WidgetController {
  return {
    name: 'widget',
    kind: WIDGET,
    reconcile: async (object, { status }: Context) => {
      status.set({ seen: object.spec?.size ?? 0 });
      status.condition({ type: 'Ready', status: 'True', reason: 'Succeeded', message: 'as wanted' });
      return settled();
    },
    ...parts,
  };
}

const conditions = (object: Widget): Record<string, string> =>
  Object.fromEntries(
    (object.status?.conditions ?? []).map(({ type, status, reason }) => [type, `${status} ${reason}`]),
  );

/** Runs the suite; `name` tells the client in the titles. */
export function engineSuite(test: TestFn, name: string, openClient: OpenClient): void {
  const title = (text: string): string => `${name}: ${text}`;

  test(
    title('an object is reconciled when it comes and when it changes, each time with one status write'),
    async (t) => {
      await using bench = await setUp(openClient, [controllerOf()]);
      await bench.user.create(widget('a', { size: 1 }));
      await bench.until('a', 'was seen', ({ status }) => status?.seen === 1 && status.observedGeneration === 1);
      await bench.user.patch(widgetRef('a'), { spec: { size: 2 } }, { type: 'merge' });
      const object = await bench.until(
        'a',
        'was seen again',
        ({ status }) => status?.seen === 2 && status.observedGeneration === 2,
      );
      t.deepEqual(conditions(object), { Ready: 'True Succeeded' });
      await bench.quiet();
      t.deepEqual(bench.client.writes, ['updateStatus Widget default/a', 'updateStatus Widget default/a']);
    },
  );

  test(
    title("the engine's own status write wakes nobody, and a pass that finds nothing to do writes nothing"),
    async (t) => {
      let passes = 0;
      const controller = controllerOf();
      const counted = controllerOf({
        reconcile: (object, context) => {
          passes += 1;
          return controller.reconcile(object, context);
        },
      });
      await using bench = await setUp(openClient, [counted]);
      await bench.user.create(widget('a', { size: 1 }));
      await bench.until('a', 'was seen', ({ status }) => status?.seen === 1);
      await bench.quiet();
      t.is(passes, 1);
      await bench.user.patch(widgetRef('a'), { metadata: { labels: { x: 'y' } } }, { type: 'merge' });
      await eventually('the label wakes the controller', () => passes === 2);
      await bench.quiet();
      t.is(passes, 2);
      t.is(bench.client.writes.length, 1);
    },
  );

  test(
    title('an object stays until its finalizer is done, and finalize is tried again until it settles'),
    async (t) => {
      let tries = 0;
      const controller = controllerOf({
        finalizer: FINALIZER,
        finalize: async () => {
          tries += 1;
          if (tries < 3) throw new ReconcileError({ type: 'retry', reason: 'InUse', message: 'still held' });
          return settled();
        },
      });
      await using bench = await setUp(openClient, [controller]);
      await bench.user.create(widget('a'));
      await bench.until('a', 'is held', ({ metadata }) => metadata.finalizers?.includes(FINALIZER) === true);
      await bench.user.delete(widgetRef('a'));
      await eventually('a is gone', async () => (await bench.user.list(WIDGET)).items.length === 0);
      t.is(tries, 3);
      await bench.quiet();
      t.deepEqual(
        bench.lines.filter(({ level }) => level === 'error'),
        [],
      );
    },
  );

  test(title("other people's finalizers are left alone, and finalize is not called twice"), async (t) => {
    let finalized = 0;
    const controller = controllerOf({
      finalizer: FINALIZER,
      finalize: async () => {
        finalized += 1;
        return settled();
      },
    });
    await using bench = await setUp(openClient, [controller]);
    await bench.user.create(widget('a', {}, { finalizers: ['other.dev/hold'] }));
    await bench.until('a', 'is held', ({ metadata }) => metadata.finalizers?.length === 2);
    await bench.user.delete(widgetRef('a'));
    const object = await bench.until('a', 'was released', ({ metadata }) => metadata.finalizers?.length === 1);
    t.deepEqual(object.metadata.finalizers, ['other.dev/hold']);
    await bench.user.patch(widgetRef('a'), { metadata: { labels: { x: 'y' } } }, { type: 'merge' });
    await bench.quiet();
    t.is(finalized, 1);
    await bench.user.patch(widgetRef('a'), { metadata: { finalizers: null } }, { type: 'merge' });
  });

  test(title('a change of a watched object wakes those that the mapping names, found by an index'), async (t) => {
    const controller = controllerOf({
      indexes: { color: (object: Widget) => [object.spec?.color ?? ''] },
      watches: [
        {
          kind: CONFIG_MAP,
          map: (object, reader) =>
            reader
              .list<Widget>(WIDGET, { index: { name: 'color', value: object.metadata.name } })
              .map(({ metadata }) => `${metadata.namespace}/${metadata.name}`),
        },
      ],
      reconcile: async (object, { reader, status }) => {
        const config = reader.get<ConfigMap>(CONFIG_MAP, 'default', object.spec?.color ?? '');
        status.set({ note: config?.data?.['note'] ?? 'none' });
        return settled();
      },
    });
    await using bench = await setUp(openClient, [controller]);
    await bench.user.create(widget('a', { color: 'red' }));
    await bench.user.create(widget('b', { color: 'blue' }));
    await bench.until('a', 'has no note', ({ status }) => status?.note === 'none');
    await bench.until('b', 'has no note', ({ status }) => status?.note === 'none');
    await bench.user.create({
      ...CONFIG_MAP,
      metadata: { name: 'red', namespace: 'default' },
      data: { note: 'hot' },
    } as never);
    await bench.until('a', 'has the note', ({ status }) => status?.note === 'hot');
    await bench.user.delete({ ...CONFIG_MAP, namespace: 'default', name: 'red' });
    await bench.until('a', 'lost the note', ({ status }) => status?.note === 'none');
    t.is(bench.client.writes.filter((write) => write.endsWith('default/b')).length, 1);
  });

  test(title('an error is Reconciling with a Warning Event, and is tried again until it heals'), async (t) => {
    let failures = 3;
    const settles = controllerOf();
    const controller = controllerOf({
      reconcile: (object, context) => {
        failures -= 1;
        if (failures >= 0) throw new ReconcileError({ type: 'retry', reason: 'DiskFull', message: 'no room' });
        return settles.reconcile(object, context);
      },
    });
    await using bench = await setUp(openClient, [controller]);
    await bench.user.create(widget('a', { size: 1 }));
    const object = await bench.until('a', 'healed', ({ status }) => status?.seen === 1);
    t.deepEqual(conditions(object), { Ready: 'True Succeeded' });
    const event = await eventually('the Event', async () => {
      const { items } = await bench.user.list<Event>(EVENT, { namespace: 'default' });
      return items.find(({ count }) => count === 3);
    });
    t.like(event, {
      type: 'Warning',
      reason: 'DiskFull',
      message: 'no room',
      involvedObject: { name: 'a', kind: 'Widget' },
    });
  });

  test(title('a lost race is tried again and nobody is told, unless it is lost again and again'), async (t) => {
    const conflict = new ApiError({
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      reason: 'Conflict',
      message: 'somebody was faster',
      code: 409,
    });
    const left = new Map([
      ['few', 3],
      ['many', 8],
    ]);
    const controller = controllerOf({
      reconcile: async ({ metadata }, { status }) => {
        const races = left.get(metadata.name) ?? 0;
        left.set(metadata.name, races - 1);
        if (races > 0) throw conflict;
        status.set({ seen: 1 });
        return settled();
      },
    });
    await using bench = await setUp(openClient, [controller]);
    await bench.user.create(widget('few'));
    await bench.until('few', 'is seen', ({ status }) => status?.seen === 1);
    t.deepEqual(bench.client.writes, ['updateStatus Widget default/few']);
    await bench.user.create(widget('many'));
    await bench.until('many', 'says so', ({ status }) => status?.conditions?.[0]?.reason === 'Conflict');
    await bench.until('many', 'is seen', ({ status }) => status?.seen === 1 && status.conditions?.length === 0);
  });

  test(title('the first pass begins before the engine has written anything'), async (t) => {
    const before: string[][] = [];
    const bench: { client?: CountingClient } = {};
    const controller = controllerOf({
      reconcile: async () => {
        before.push([...(bench.client?.writes ?? ['?'])]);
        return settled();
      },
    });
    await using opened = await setUp(openClient, [controller]);
    bench.client = opened.client;
    await opened.user.create(widget('a'));
    await opened.until('a', 'was seen', ({ status }) => status?.observedGeneration === 1);
    t.deepEqual(before, [[]]);
  });

  test(
    title('what only a person can mend is Stalled and not Ready, told once, and looked at when the spec changes'),
    async (t) => {
      let passes = 0;
      const settles = controllerOf();
      const controller = controllerOf({
        reconcile: async (object, context) => {
          passes += 1;
          if (object.spec?.size === 13) return { type: 'stalled', reason: 'InvalidSpec', message: 'spec.size is 13' };
          return settles.reconcile(object, context);
        },
      });
      await using bench = await setUp(openClient, [controller]);
      await bench.user.create(widget('a', { size: 13 }));
      const object = await bench.until('a', 'is stalled', ({ status }) => status?.observedGeneration === 1);
      t.deepEqual(conditions(object), { Stalled: 'True InvalidSpec', Ready: 'False InvalidSpec' });
      await bench.user.patch(widgetRef('a'), { metadata: { labels: { x: 'y' } } }, { type: 'merge' });
      await eventually('the label wakes it', () => passes === 2);
      await bench.user.patch(widgetRef('a'), { spec: { size: 14 } }, { type: 'merge' });
      const mended = await bench.until('a', 'is mended', ({ status }) => status?.seen === 14);
      t.deepEqual(conditions(mended), { Ready: 'True Succeeded' });
      const { items } = await eventually('the Event', async () => {
        const list = await bench.user.list<Event>(EVENT, { namespace: 'default' });
        return list.items.length > 0 ? list : undefined;
      });
      await bench.quiet();
      t.deepEqual(
        items.map(({ reason, count }) => [reason, count]),
        [['InvalidSpec', 1]],
      );
    },
  );

  test(
    title('while nobody can tell, Ready is Unknown and what was last seen stays; a blocker outside makes it False'),
    async (t) => {
      const controller = controllerOf({
        reconcile: async (object, { status }) => {
          if (object.spec?.color === 'away') {
            return {
              type: 'waiting',
              reason: 'RuntimeUnavailable',
              message: 'away',
              unknown: true,
              requeueAfterMs: 3_600_000,
            };
          }
          status.set({ seen: 7 });
          return { type: 'waiting', reason: 'ImageNotReady', message: 'soon', requeueAfterMs: 3_600_000 };
        },
      });
      await using bench = await setUp(openClient, [controller]);
      await bench.user.create(widget('a'));
      const blocked = await bench.until('a', 'waits', ({ status }) => status?.observedGeneration === 1);
      t.deepEqual(conditions(blocked), { Reconciling: 'True ImageNotReady', Ready: 'False ImageNotReady' });
      await bench.user.patch(widgetRef('a'), { spec: { color: 'away' } }, { type: 'merge' });
      const away = await bench.until('a', 'is unknown', ({ status }) => status?.observedGeneration === 2);
      t.deepEqual(conditions(away), { Reconciling: 'True RuntimeUnavailable', Ready: 'Unknown RuntimeUnavailable' });
      t.is(away.status?.seen, 7);
    },
  );

  test(title('a controller never acts on a state older than its own last write'), async (t) => {
    let problems = 0;
    const controller = controllerOf({
      watches: [{ kind: CONFIG_MAP, map: () => [] }],
      reconcile: async (object, { client, reader }) => {
        const mine = reader
          .list<ConfigMap>(CONFIG_MAP, { namespace: 'default' })
          .filter(({ metadata }) => metadata.labels?.['owner'] === object.metadata.name);
        if (mine.length > 1) problems += 1;
        if (mine.length === 0) {
          const labels = { owner: object.metadata.name };
          await client.create({ ...CONFIG_MAP, metadata: { generateName: 'made-', namespace: 'default', labels } });
        }
        return settled(1);
      },
    });
    await using bench = await setUp(openClient, [controller]);
    const names = Array.from({ length: 10 }, (_, n) => `w${n}`);
    for (const name of names) await bench.user.create(widget(name));
    await eventually(
      'all are made',
      async () => (await bench.user.list(CONFIG_MAP, { namespace: 'default' })).items.length >= 10,
    );
    await new Promise((resolve) => systemTimers.after(100, () => resolve(undefined)));
    const { items } = await bench.user.list(CONFIG_MAP, { namespace: 'default' });
    t.is(items.length, names.length);
    t.is(problems, 0);
  });

  test(title('a status write that meets a change by somebody else lands, and that change is looked at'), async (t) => {
    const sizes: number[] = [];
    let meddle = true;
    const bench: { user?: Client } = {};
    const controller = controllerOf({
      reconcile: async (object, { status }) => {
        sizes.push(object.spec?.size ?? 0);
        if (meddle) {
          meddle = false;
          await bench.user?.patch(widgetRef('a'), { spec: { size: 2 } }, { type: 'merge' });
        }
        status.set({ seen: object.spec?.size ?? 0 });
        return settled();
      },
    });
    await using opened = await setUp(openClient, [controller]);
    bench.user = opened.user;
    await opened.user.create(widget('a', { size: 1 }));
    await opened.until('a', 'was seen as it is', ({ status }) => status?.seen === 2 && status.observedGeneration === 2);
    await opened.quiet();
    t.deepEqual(sizes, [1, 2]);
  });

  test(title('deleting an object ends the work on it at once'), async (t) => {
    const started = Promise.withResolvers<void>();
    let aborted = false;
    const controller = controllerOf({
      finalizer: FINALIZER,
      reconcile: async (_object, { signal }) => {
        started.resolve();
        await new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            aborted = true;
            reject(signal.reason as Error);
          });
        });
        return settled();
      },
      finalize: async () => settled(),
    });
    await using bench = await setUp(openClient, [controller]);
    await bench.user.create(widget('a'));
    await started.promise;
    await bench.user.delete(widgetRef('a'));
    await eventually('a is gone', async () => (await bench.user.list(WIDGET)).items.length === 0);
    t.true(aborted);
    await bench.quiet();
    t.deepEqual(
      bench.lines.filter(({ level }) => level !== 'debug'),
      [],
    );
  });

  test(title('flush is durable at once; progress comes later and never more than once a second'), async (t) => {
    const go = Promise.withResolvers<void>();
    const controller = controllerOf({
      reconcile: async (_object, { status }) => {
        status.set({ seen: 1 });
        await status.flush();
        for (let n = 0; n < 100; n += 1) {
          status.set({ note: `step ${n}` });
          status.progress();
        }
        await go.promise;
        return settled();
      },
    });
    await using bench = await setUp(openClient, [controller]);
    await bench.user.create(widget('a'));
    const flushed = await bench.until('a', 'was flushed', ({ status }) => status?.seen === 1);
    t.is(flushed.status?.note, undefined);
    t.is(flushed.status?.observedGeneration, undefined, 'only the end of a pass says which generation was seen');
    await bench.until('a', 'shows progress', ({ status }) => status?.note === 'step 99');
    go.resolve();
    await bench.until('a', 'is done', ({ status }) => status?.observedGeneration === 1);
    t.is(bench.client.writes.length, 3);
  });

  test(title('a thousand objects that are there at the start are each reconciled once'), async (t) => {
    const count = 1000;
    const seen = new Map<string, number>();
    const controller = controllerOf({
      reconcile: async ({ metadata }) => {
        seen.set(metadata.name, (seen.get(metadata.name) ?? 0) + 1);
        return settled();
      },
      outcomeConditions: false,
    });
    await using bench = await setUp(openClient, [controller], async (user) => {
      await Promise.all(Array.from({ length: count }, (_, n) => user.create(widget(`w${n}`, { size: n }))));
    });
    await eventually('all are seen', () => seen.size === count, 20_000);
    await bench.quiet();
    t.true([...seen.values()].every((times) => times === 1));
    t.deepEqual(bench.client.writes, []);
  });

  test(title('stopping leaves no watch open and starts nothing more'), async (t) => {
    let passes = 0;
    const controller = controllerOf({
      watches: [{ kind: CONFIG_MAP, map: () => [] }],
      reconcile: async () => {
        passes += 1;
        return settled(1);
      },
    });
    await using bench = await setUp(openClient, [controller]);
    await bench.user.create(widget('a'));
    await eventually('it runs', () => passes > 3);
    await bench.manager.stop();
    const before = passes;
    await bench.user.create(widget('b'));
    await new Promise((resolve) => systemTimers.after(50, () => resolve(undefined)));
    t.is(passes, before);
    t.is(bench.client.watches(), 0);
    t.true(bench.manager.stats().every(({ ready, delayed, running }) => ready + delayed + running === 0));
  });
}
