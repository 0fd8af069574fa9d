/** What a controller writes, and when. */
import type { TestFn } from 'ava';
import type { Client } from '../../../client/client.ts';
import { settled } from '../../../controllers/engine/contract.ts';
import { systemTimers } from '../../../controllers/engine/timers.ts';
import type { ConfigMap } from '../../../schemas/gen/types.ts';
import type { CountingClient } from '../../support/counting-client.ts';
import type { OpenClient } from '../../support/engine-clients.ts';
import { eventually } from '../../support/eventually.ts';
import { widget, widgetRef } from '../../support/widget.ts';
import { conditions, CONFIG_MAP, controllerOf, setUp } from './bench.ts';

export function statusSuite(test: TestFn, title: (text: string) => string, openClient: OpenClient): void {
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
}
