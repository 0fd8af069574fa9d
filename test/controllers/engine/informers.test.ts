import test from 'ava';
import { Informers } from '../../../controllers/engine/informers.ts';
import { openApiWorld } from '../../support/api-world.ts';
import { countingClient } from '../../support/counting-client.ts';
import { eventually } from '../../support/eventually.ts';
import { systemTimers } from '../../../controllers/engine/timers.ts';
import { lagClient } from '../../support/lag-client.ts';
import { recordingLog } from '../../support/recording-log.ts';
import { widget, WIDGET } from '../../support/widget.ts';
import type { Client } from '../../../client/client.ts';

const open = (client: Client): Informers =>
  new Informers({
    client,
    clock: { now: () => Date.now() },
    timers: systemTimers,
    random: () => 0.5,
    log: recordingLog(),
  });

test('one kind is watched once, however many use it, until the last of them is done', async (t) => {
  await using world = await openApiWorld();
  const client = countingClient(world.plainClient());
  await using informers = open(client);
  const [a, b] = [informers.open(WIDGET), informers.open(WIDGET)];
  await Promise.all([a.synced, b.synced]);
  await eventually('it is watched', () => client.watches() === 1);
  t.is(a.informer, b.informer);
  a[Symbol.dispose]();
  a[Symbol.dispose]();
  t.is(informers.find(WIDGET), b.informer);
  b[Symbol.dispose]();
  t.is(informers.find(WIDGET), undefined);
  await eventually('the watch has ended', () => client.watches() === 0);
});

test('a client that holds the objects itself is neither listed nor watched', async (t) => {
  await using world = await openApiWorld();
  const client = countingClient(world.client());
  await using informers = open(client);
  using lease = informers.open(WIDGET);
  await lease.synced;
  const made = await world.plainClient().create(widget('a', { size: 1 }));
  t.deepEqual(lease.informer.get('default/a'), made);
  t.is(client.watches(), 0);
});

test('a watch that lags does not hide an own write that was observed', async (t) => {
  await using world = await openApiWorld();
  const lagging = lagClient(world.plainClient(), { watchLagMs: 200, faultRate: 0, random: () => 0.5 });
  await using informers = open(lagging);
  using lease = informers.open(WIDGET);
  await lease.synced;
  const made = await lagging.create(widget('a'));
  t.is(lease.informer.get('default/a'), undefined);
  informers.observe(made);
  t.is(lease.informer.get('default/a'), made);
});

test('through both kinds of view a listener is told of the same changes', async (t) => {
  await using world = await openApiWorld();
  const user = world.plainClient();
  const told = await Promise.all(
    [world.client(), world.plainClient()].map(async (client) => {
      const informers = open(client);
      const lease = informers.open(WIDGET);
      await lease.synced;
      const changes: unknown[] = [];
      lease.informer.subscribe(({ type, object, previous }) => {
        changes.push([type, object, previous?.metadata.resourceVersion]);
      });
      return { informers, changes };
    }),
  );
  const made = await user.create(widget('a', { size: 1 }));
  await user.patch({ ...WIDGET, namespace: 'default', name: 'a' }, { spec: { size: 2 } }, { type: 'merge' });
  await user.delete({ ...WIDGET, namespace: 'default', name: 'a' });
  await eventually('both were told', () => told.every(({ changes }) => changes.length === 3));
  const [view, mirror] = told;
  const types = (changes: readonly unknown[] = []): unknown[] => changes.map((change) => (change as unknown[])[0]);
  t.deepEqual(types(view?.changes), ['ADDED', 'MODIFIED', 'DELETED']);
  t.deepEqual(types(mirror?.changes), ['ADDED', 'MODIFIED', 'DELETED']);
  t.deepEqual(view?.changes.slice(0, 2), mirror?.changes.slice(0, 2));
  const deletions = told.map(({ changes }) => (changes[2] as [string, typeof made])[1].metadata);
  t.is(deletions[0]?.resourceVersion, deletions[1]?.resourceVersion);
  for (const { informers } of told) await informers[Symbol.asyncDispose]();
});
