/** What wakes a controller, and what follows from the ways in which a pass ends. */
import type { TestFn } from 'ava';
import { ApiError } from '../../../client/client.ts';
import { ReconcileError, settled } from '../../../controllers/engine/contract.ts';
import type { ConfigMap, Event } from '../../../schemas/gen/types.ts';
import type { OpenClient } from '../../support/engine-clients.ts';
import { eventually } from '../../support/eventually.ts';
import { widget, WIDGET, widgetRef, type Widget } from '../../support/widget.ts';
import { conditions, CONFIG_MAP, controllerOf, EVENT, setUp } from './bench.ts';

export function outcomesSuite(test: TestFn, title: (text: string) => string, openClient: OpenClient): void {
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
}
