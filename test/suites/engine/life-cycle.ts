/** From the start of the engine to its end, and of an object. */
import type { TestFn } from 'ava';
import { ReconcileError, settled } from '../../../controllers/engine/contract.ts';
import { systemTimers } from '../../../controllers/engine/timers.ts';
import type { OpenClient } from '../../support/engine-clients.ts';
import { eventually } from '../../support/eventually.ts';
import { widget, WIDGET, widgetRef } from '../../support/widget.ts';
import { CONFIG_MAP, controllerOf, FINALIZER, setUp } from './bench.ts';

export function lifeCycleSuite(test: TestFn, title: (text: string) => string, openClient: OpenClient): void {
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
    await eventually('all are seen', () => seen.size === count);
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
