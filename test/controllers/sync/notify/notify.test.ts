import test from 'ava';
import { ManualTime } from '../../../support/manual-time.ts';
import { conditionOf, configMap, SyncWorld } from '../../../support/sync-world.ts';

const CHAT = { name: 'chat', url: 'https://chat.example.com/hooks/hush' };

interface Told {
  readonly id: string;
  readonly event: string;
  readonly [field: string]: unknown;
}
const told = (world: SyncWorld): readonly Told[] =>
  world.notifications.posted.map(({ body }) => JSON.parse(body) as Told);
const eventsOf = (world: SyncWorld): readonly string[] => told(world).map(({ event }) => event);
const heard = (world: SyncWorld, events: readonly string[]): Promise<unknown> =>
  world.eventually(
    () => `${events.join()} is told, and not ${eventsOf(world).join()}`,
    () => JSON.stringify(eventsOf(world)) === JSON.stringify(events),
  );
const wrong = { ...configMap('wrong'), metadata: { name: 'wrong', namespace: 'nowhere' } };

test('each attempt that ends is told once, with what it was about; also over a restart', async (t) => {
  await using world = await SyncWorld.open();
  await world.write('/srv/app', 'a.yaml', configMap('one'));
  await world.apply('app', { notifications: [CHAT] });
  const sync = await world.applied('app');
  await heard(world, ['Applied']);
  const [first] = told(world);
  t.like(first, {
    event: 'Applied',
    severity: 'info',
    object: { kind: 'Sync', namespace: 'default', name: 'app', uid: sync.metadata.uid },
    reason: 'Applied',
    revision: sync.status?.lastAppliedRevision,
    digest: sync.status?.lastAppliedDigest,
  });
  t.regex(String(first?.['time']), /^\d{4}-\d\d-\d\dT/);
  t.regex(String(first?.['message']), /: 1 object$/);
  await world.until('it is written down', 'app', ({ status }) => status?.notifications?.[0]?.attempt !== undefined);
  await world.quiet();
  await world.stop();
  await world.start();
  await world.applied('app');
  await world.quiet();
  await world.write('/srv/app', 'b.yaml', wrong);
  await heard(world, ['Applied', 'Failed']);
  t.like(told(world)[1], { severity: 'error', reason: 'ApplyFailed' });
  t.regex(String(told(world)[1]?.['message']), /^1 object refused: b\.yaml:1/);
  await world.sources.delete('/srv/app', 'b.yaml');
  await heard(world, ['Applied', 'Failed', 'Applied']);
  await world.quiet();
  t.deepEqual(await world.costOfNothing('app'), []);
});

test('a server that is away is told later; the Sync waits for nobody', async (t) => {
  const time = new ManualTime();
  await using world = await SyncWorld.open({ time });
  world.notifications.answer('chat.example.com', 503);
  await world.write('/srv/app', 'a.yaml', configMap('one'));
  await world.apply('app', { notifications: [CHAT], interval: '0' });
  await world.applied('app');
  const failing = await world.until('it is told', 'app', (one) => conditionOf(one, 'NotificationFailed'));
  const { message } = conditionOf(failing, 'NotificationFailed') ?? {};
  t.is(message, 'notification chat: chat.example.com answered 503');
  t.is(conditionOf(failing, 'Ready')?.status, 'True');
  world.notifications.answer('chat.example.com', 200);
  await world.until('all is well', 'app', (one) => conditionOf(one, 'NotificationFailed') === undefined, 1000);
  t.deepEqual(eventsOf(world), ['Applied']);
});

test('after ten tries, or when the server will not have it, it is given up, and what comes later is told', async (t) => {
  const time = new ManualTime();
  await using world = await SyncWorld.open({ time });
  const other = { name: 'other', url: 'https://other.example.com' };
  world.notifications.answer('chat.example.com', 503);
  world.notifications.answer('other.example.com', 401);
  await world.write('/srv/app', 'a.yaml', configMap('one'));
  await world.apply('app', { notifications: [CHAT, other], interval: '0' });
  await world.applied('app');
  await world.until(
    'both are given up',
    'app',
    ({ status }) => status?.notifications?.every(({ attempt }) => attempt !== undefined),
    30_000,
  );
  for (const host of ['chat', 'other']) world.notifications.answer(`${host}.example.com`, 200);
  t.deepEqual(eventsOf(world), []);
  await world.write('/srv/app', 'a.yaml', wrong);
  await heard(world, ['Failed', 'Failed']);
});

test('an address, a token and a key come from a Secret, and stand nowhere else', async (t) => {
  await using world = await SyncWorld.open();
  await world.write('/srv/app', 'a.yaml', configMap('one'));
  await world.apply('app', { notifications: [{ name: 'chat', secretRef: { name: 'chat' } }] });
  const waiting = await world.until('it is missing', 'app', (one) => conditionOf(one, 'NotificationFailed'));
  t.regex(conditionOf(waiting, 'NotificationFailed')?.message ?? '', /^notification chat: Secret default\/chat is not/);
  await world.secret('chat', { address: 'https://hush.example.com/hush\n', token: 'hush\n', signingKey: 'hush\n' });
  await heard(world, ['Applied']);
  const credentials = { token: 'hush', signingKey: 'hush' };
  t.like(world.notifications.posted[0], { url: 'https://hush.example.com/hush', credentials });
  const sync = await world.until('all is well', 'app', (one) => conditionOf(one, 'NotificationFailed') === undefined);
  t.notRegex(JSON.stringify([sync, await world.events('app'), told(world)]), /hush/);
});

test('a server without an address, and credentials in one, are refused', async (t) => {
  await using world = await SyncWorld.open();
  await world.write('/srv/app', 'a.yaml', configMap('one'));
  await world.apply('app');
  await world.applied('app');
  await t.throwsAsync(world.apply('app', { notifications: [{ name: 'chat' }] }), { message: /give url, or secretRef/ });
  const url = 'https://me:hush@example.com/x';
  await t.throwsAsync(world.apply('app', { notifications: [{ name: 'chat', url }] }), { message: /url/ });
});

test('objects that differ, and a spec that cannot be, are told when they come', async (t) => {
  await using world = await SyncWorld.open();
  await world.write('/srv/app', 'a.yaml', configMap('one', { a: '1' }));
  await world.apply('app', { notifications: [CHAT], drift: { mode: 'Warn' } });
  await world.applied('app');
  await heard(world, ['Applied']);
  const one = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'default', name: 'one' };
  await world.user.patch(one, { data: { a: '2' } }, { type: 'merge' });
  await heard(world, ['Applied', 'Drifted']);
  t.regex(String(told(world)[1]?.['message']), /ConfigMap default\/one: data\.a/);
  await world.apply('app', { notifications: [CHAT], drift: { mode: 'Warn' }, path: '../up' });
  await heard(world, ['Applied', 'Drifted', 'Stalled']);
  t.like(told(world)[2], { reason: 'InvalidSpec' });
});
