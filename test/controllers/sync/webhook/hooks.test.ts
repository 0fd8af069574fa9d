import { createHmac } from 'node:crypto';
import test from 'ava';
import { conditionOf, configMap, SyncWorld } from '../../../support/sync-world.ts';

const URL = 'https://example.com/team/infra.git';
const source = { git: { url: URL, ref: { branch: 'main' } } };
const webhook = { type: 'GitHub', secretRef: { name: 'hook' } } as const;

const fileOf = (value: string) => ({ 'a.yaml': JSON.stringify(configMap('one', { value })) });

function signedPush(ref: string, token = 'shared') {
  const body = JSON.stringify({ ref });
  const signature = createHmac('sha256', token).update(body).digest('hex');
  return { body, headers: { 'x-github-event': 'push', 'x-hub-signature-256': `sha256=${signature}` } };
}

async function openFollowing(): Promise<SyncWorld> {
  const world = await SyncWorld.open();
  world.sources.commit(URL, fileOf('first'));
  await world.secret('hook', { token: 'shared' });
  await world.apply('app', { source, webhook, interval: '0' });
  await world.applied('app');
  return world;
}

const pathOf = async (world: SyncWorld): Promise<string> => (await world.get('app')).status?.webhookPath ?? '';
const valueIs = (world: SyncWorld, value: string): Promise<unknown> =>
  world.eventually(`it is ${value}`, async () => (await world.configMap('one'))?.data?.['value'] === value);
const fetches = (world: SyncWorld): number => world.runtime.controls.calls.get('sources.fetch') ?? 0;

test('a signed push to what is followed makes the Sync fetch at once; anything else does nothing', async (t) => {
  await using world = await openFollowing();
  const path = await pathOf(world);
  t.regex(path, /^\/hooks\/[0-9a-f]{64}$/);
  t.like(conditionOf(await world.get('app'), 'WebhookReady'), { status: 'True', reason: 'WebhookServed' });
  world.sources.commit(URL, fileOf('second'));
  world.runtime.controls.resetCounters();
  t.is(world.webhooks.call(path, signedPush('refs/heads/main', 'guessed')), 404);
  t.is(world.webhooks.call(path, { ...signedPush('refs/heads/main'), body: '{"ref":"refs/heads/main" }' }), 404);
  t.is(world.webhooks.call(path, signedPush('refs/heads/other')), 200);
  await world.quiet();
  t.is(fetches(world), 0);
  t.is(world.webhooks.call(path, signedPush('refs/heads/main')), 202);
  await valueIs(world, 'second');
});

test('a burst of calls is one look or two, and one that comes again changes nothing', async (t) => {
  await using world = await openFollowing();
  const path = await pathOf(world);
  world.sources.commit(URL, fileOf('second'));
  world.runtime.controls.resetCounters();
  for (let calls = 0; calls < 25; calls += 1) t.is(world.webhooks.call(path, signedPush('refs/heads/main')), 202);
  await valueIs(world, 'second');
  await world.applied('app');
  await world.quiet();
  const applied = await world.get('app');
  const asked = fetches(world);
  t.true(asked <= 2, String(asked));
  t.is(world.webhooks.call(path, signedPush('refs/heads/main')), 202);
  await world.eventually('it looked again', () => fetches(world) > asked);
  await world.quiet();
  t.is((await world.get('app')).metadata.resourceVersion, applied.metadata.resourceVersion);
});

test('another token is another path; without a Secret, and suspended, and deleted there is none', async (t) => {
  await using world = await openFollowing();
  const path = await pathOf(world);
  await world.secret('hook', { token: 'renewed' });
  await world.until('it has another path', 'app', ({ status }) => status?.webhookPath !== path);
  t.is(world.webhooks.call(path, signedPush('refs/heads/main')), 404);
  t.is(world.webhooks.call(await pathOf(world), signedPush('refs/heads/main', 'renewed')), 202);
  await world.apply('app', { source, webhook: { ...webhook, secretRef: { name: 'none' } } });
  const without = await world.until('it has none', 'app', ({ status }) => status?.webhookPath === undefined);
  t.like(conditionOf(without, 'WebhookReady'), { status: 'False', reason: 'SecretNotFound' });
  t.is(conditionOf(without, 'Ready')?.status, 'True');
  t.deepEqual(world.webhooks.paths, []);
  await world.apply('app', { source, webhook });
  await world.until('it is back', 'app', ({ status }) => status?.webhookPath !== undefined);
  await world.apply('app', { source, webhook, suspend: true });
  const suspended = await world.until('it is gone', 'app', ({ status }) => status?.webhookPath === undefined);
  t.is(conditionOf(suspended, 'WebhookReady'), undefined);
  t.deepEqual(world.webhooks.paths, []);
  await world.apply('app', { source, webhook });
  await world.until('it is back', 'app', ({ status }) => status?.webhookPath !== undefined);
  await world.delete('app');
  await world.eventually('nobody takes calls', () => world.webhooks.paths.length === 0);
});

test('a newline at the end of the token does not count, and one that is nothing else is none', async (t) => {
  await using world = await openFollowing();
  const path = await pathOf(world);
  await world.secret('hook', { token: '\n' });
  const without = await world.until('it has none', 'app', ({ status }) => status?.webhookPath === undefined);
  t.regex(conditionOf(without, 'WebhookReady')?.message ?? '', /has no key token$/);
  await world.secret('hook', { token: 'shared\n' });
  await world.until('it is the same path', 'app', ({ status }) => status?.webhookPath === path);
  t.is(world.webhooks.call(path, signedPush('refs/heads/main')), 202);
});

test('a daemon that listens nowhere says so', async (t) => {
  await using world = await SyncWorld.open();
  world.webhooks.address = undefined;
  await world.write('/srv/app', 'a.yaml', configMap('one'));
  await world.secret('hook', { token: 'shared' });
  await world.apply('app', { webhook });
  const sync = await world.applied('app');
  t.like(conditionOf(sync, 'WebhookReady'), { status: 'False', reason: 'WebhookNotServed' });
  t.regex(conditionOf(sync, 'WebhookReady')?.message ?? '', /--webhook-listen/);
});
