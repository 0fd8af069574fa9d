import test from 'ava';
import type { Sync } from '../../../schemas/gen/types.ts';
import { ManualTime } from '../../support/manual-time.ts';
import { at, conditionOf, configMap, SyncWorld, WIDGET } from '../../support/sync-world.ts';

const widget = (name: string, size = 1) => ({ ...WIDGET, metadata: { name }, spec: { size } });

/** As the controller of the Widget would say. */
async function say(world: SyncWorld, name: string, status: 'True' | 'False', type = 'Ready'): Promise<void> {
  const lastTransitionTime = '2026-01-01T00:00:00Z';
  const conditions = [{ type, status, reason: 'Said', message: `is ${status}`, lastTransitionTime }];
  await world.user.patch(at(WIDGET, name), { status: { conditions } }, { type: 'merge', subresource: 'status' });
}

const outcomes = ({ status }: Sync): readonly (string | undefined)[] =>
  (status?.history ?? []).map((one) => one.outcome);

async function openWaiting(spec: Parameters<SyncWorld['apply']>[1]): Promise<{ world: SyncWorld; time: ManualTime }> {
  const time = new ManualTime();
  const world = await SyncWorld.open({ time });
  await world.write('/srv/app', 'a.yaml', widget('w', 1), configMap('c', { v: '1' }));
  await world.apply('app', spec);
  await world.eventually('it is there', async () => world.find(at(WIDGET, 'w')));
  await say(world, 'w', 'True');
  await world.applied('app');
  return { world, time };
}

test('a Sync is ready when its objects are, and an attempt that takes too long has failed', async (t) => {
  const opened = await openWaiting({ timeout: '10s' });
  await using world = opened.world;
  await world.write('/srv/app', 'a.yaml', widget('w', 2), configMap('c', { v: '2' }));
  await say(world, 'w', 'False');
  const waiting = await world.because('app', 'ObjectsNotReady');
  t.is(conditionOf(waiting, 'Ready')?.status, 'False');
  t.true(conditionOf(waiting, 'Healthy')?.message.includes('Widget default/w: is False'));
  const failed = await world.until('it has failed', 'app', (sync) => outcomes(sync)[0] === 'Failed', 1000);
  t.deepEqual(outcomes(failed), ['Failed', 'Applied']);
  t.true((failed.status?.history?.[0]?.durationMs ?? 0) >= 10_000);
  t.regex(failed.status?.history?.[0]?.message ?? '', /^not within 10s: 1 object not ready: Widget default\/w/);
  await say(world, 'w', 'True');
  const applied = await world.applied('app');
  t.deepEqual(outcomes(applied), ['Applied', 'Failed', 'Applied']);
  t.is(applied.status?.lastHealthyDigest, applied.status?.lastAppliedDigest);
});

test('what was healthy once and is not any more is no failed attempt', async (t) => {
  const opened = await openWaiting({ timeout: '10s' });
  await using world = opened.world;
  await say(world, 'w', 'False');
  const sync = await world.until('it is not ready', 'app', (one) => conditionOf(one, 'Ready')?.status === 'False');
  t.is(conditionOf(sync, 'Reconciling')?.reason, 'ObjectsNotReady');
  await opened.time.pass(60_000);
  await world.quiet();
  t.deepEqual(outcomes(await world.get('app')), ['Applied']);
  await say(world, 'w', 'True');
  await world.applied('app');
});

test('wait: false asks nobody; readyExprs know better than conditions', async (t) => {
  const opened = await openWaiting({ wait: false });
  await using world = opened.world;
  await say(world, 'w', 'False');
  await world.until('it is told', 'app', (sync) => conditionOf(sync, 'Healthy')?.status === 'Unknown');
  const expression = 'has(object.status.seen) && object.status.seen >= 3';
  await world.apply('app', { wait: true, readyExprs: [{ ...WIDGET, expression }] });
  await world.because('app', 'ObjectsNotReady');
  await world.user.patch(at(WIDGET, 'w'), { status: { seen: 3 } }, { type: 'merge', subresource: 'status' });
  await world.applied('app');
  await world.apply('app', { readyExprs: [{ ...WIDGET, expression: 'object.' }] });
  const sync = await world.because('app', 'InvalidSpec');
  t.regex(
    conditionOf(sync, 'Stalled')?.message ?? '',
    /^spec\.readyExprs\[0\]\.expression: "object\." is no valid CEL/,
  );
});

test('a revision that fails is taken back to the last healthy one, and not tried again before the files differ', async (t) => {
  const opened = await openWaiting({ timeout: '10s', onFailure: 'Revert' });
  await using world = opened.world;
  const healthy = (await world.get('app')).status?.lastHealthyDigest;
  await world.write('/srv/app', 'a.yaml', widget('w', 2), configMap('c', { v: '2' }), configMap('added'));
  await say(world, 'w', 'False');
  await world.because('app', 'ObjectsNotReady');
  const back = await world.until('it went back', 'app', (sync) => conditionOf(sync, 'Stalled') !== undefined, 1000);
  t.is(conditionOf(back, 'Stalled')?.reason, 'SyncRolledBack');
  t.deepEqual(outcomes(back), ['RolledBack', 'Applied']);
  await world.eventually('all is as before', async () => {
    const [one, added, spec] = [
      await world.configMap('c'),
      await world.configMap('added'),
      await world.find(at(WIDGET, 'w')),
    ];
    const { size } = (spec as unknown as { spec: { size: number } }).spec;
    return one?.data?.['v'] === '1' && added === undefined && size === 1;
  });
  t.is((await world.get('app')).status?.lastAppliedDigest, healthy);
  await say(world, 'w', 'True');
  await opened.time.pass(120_000);
  await world.quiet();
  t.is((await world.configMap('c'))?.data?.['v'], '1');
  // Neither does a new daemon try it.
  await world.stop();
  await world.start();
  await world.quiet();
  t.is((await world.configMap('c'))?.data?.['v'], '1');
  t.deepEqual(outcomes(await world.get('app')), ['RolledBack', 'Applied']);
  await world.user.patch(at({ apiVersion: 'v1', kind: 'ConfigMap' }, 'c'), { data: { v: 'x' } }, { type: 'merge' });
  await world.eventually('it is set back', async () => (await world.configMap('c'))?.data?.['v'] === '1');
  await world.write('/srv/app', 'a.yaml', widget('w', 3), configMap('c', { v: '3' }));
  const after = await world.applied('app');
  t.is((await world.configMap('c'))?.data?.['v'], '3');
  t.deepEqual(outcomes(after), ['Applied', 'RolledBack', 'Applied']);
  await world.delete('app');
  await world.eventually('nothing is kept of it', () => world.runtime.syncRevisions.owners.length === 0);
});

test('a request tries what failed again; the last five attempts are told', async (t) => {
  await using world = await SyncWorld.open();
  for (let at = 1; at <= 7; at += 1) {
    await world.write('/srv/app', 'a.yaml', configMap('c', { v: String(at) }));
    if (at === 1) await world.apply('app');
    await world.until('it is applied', 'app', ({ status }) => status?.history?.length === Math.min(at, 5));
    await world.eventually('it is there', async () => (await world.configMap('c'))?.data?.['v'] === String(at));
    await world.applied('app');
  }
  t.is((await world.get('app')).status?.history?.length, 5);
  await world.annotate('app', { 'tsmoby.dev/reconcile-request': 'now' });
  await world.until('it was served', 'app', ({ status }) => status?.observedRequest === 'now');
});

test('an object that is refused stops no other, says its place, and is tried again', async (t) => {
  await using world = await SyncWorld.open();
  const wrong = { ...configMap('wrong'), metadata: { name: 'wrong', namespace: 'nowhere' } };
  await world.write('/srv/app', 'a.yaml', wrong, configMap('right'));
  await world.apply('app');
  const sync = await world.because('app', 'ApplyFailed');
  t.regex(
    conditionOf(sync, 'Ready')?.message ?? '',
    /^1 object refused: a\.yaml:1:\d+: ConfigMap nowhere\/wrong: .*not found/,
  );
  t.deepEqual(await world.configMaps(), ['right']);
  t.deepEqual(outcomes(sync), ['Failed']);
  await world.user.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'nowhere' } });
  const after = await world.applied('app');
  t.deepEqual(await world.configMaps('nowhere'), ['wrong']);
  t.is(after.metadata.annotations?.['applyset.kubernetes.io/additional-namespaces'], 'nowhere');
});

test('unknown fields are refused: a typo is told, and not dropped', async (t) => {
  await using world = await SyncWorld.open();
  await world.write('/srv/app', 'a.yaml', { ...configMap('c'), dat: {} });
  await world.apply('app');
  const sync = await world.because('app', 'ApplyFailed');
  t.true(conditionOf(sync, 'Ready')?.message.includes('dat'));
});
