import test from 'ava';
import { ManualTime } from '../../../support/manual-time.ts';
import { at, conditionOf, configMap, SyncWorld, WIDGET } from '../../../support/sync-world.ts';

const URL = 'https://git.example.com/team/infra.git';
const source = { git: { url: URL } };
const commitStatus = { provider: 'Gitea', secretRef: { name: 'statuses' } } as const;

const files = (...objects: readonly object[]): Record<string, string> => ({
  'a.yaml': objects.map((one) => JSON.stringify(one)).join('\n---\n'),
});
const wrong = { ...configMap('wrong'), metadata: { name: 'wrong', namespace: 'nowhere' } };
const statesOf = (world: SyncWorld): readonly string[] =>
  world.notifications.statuses.map(({ commit, state }) => `${commit} ${state}`);
const set = (world: SyncWorld, state: string): Promise<unknown> =>
  world.eventually(
    () => `${state} is set last: ${statesOf(world).join()}`,
    () => statesOf(world).at(-1) === state,
  );

async function openFollowing(): Promise<{ world: SyncWorld; commit: string }> {
  const world = await SyncWorld.open();
  const commit = world.sources.commit(URL, files(configMap('one')));
  await world.secret('statuses', { token: 'hush' });
  await world.apply('app', { source, commitStatus, interval: '200ms' });
  await world.applied('app');
  return { world, commit };
}

test('a commit that is applied is a success, one that is not is a failure, each told once', async (t) => {
  const opened = await openFollowing();
  await using world = opened.world;
  await set(world, `${opened.commit} success`);
  t.like(world.notifications.statuses.at(-1), {
    provider: 'Gitea',
    address: 'https://git.example.com/api/v1',
    repository: 'team/infra',
    context: 'sync/default/app',
    description: '1 object applied',
    credentials: { token: 'hush' },
  });
  await world.until('it is written down', 'app', ({ status }) => status?.commitStatus?.state === 'success');
  const before = statesOf(world).length;
  await world.stop();
  await world.start();
  await world.applied('app');
  await world.quiet();
  t.is(statesOf(world).length, before);
  const failing = world.sources.commit(URL, files(configMap('one'), wrong));
  await set(world, `${failing} failure`);
  t.regex(world.notifications.statuses.at(-1)?.description ?? '', /^1 object refused: a\.yaml/);
});

test('what takes its time is pending first', async (t) => {
  const opened = await openFollowing();
  await using world = opened.world;
  const widget = { ...WIDGET, metadata: { name: 'w' }, spec: { size: 1 } };
  const readyExprs = [{ ...WIDGET, expression: 'has(object.metadata.labels.up)' }];
  await world.apply('app', { source, commitStatus, interval: '200ms', readyExprs });
  const commit = world.sources.commit(URL, files(widget));
  await set(world, `${commit} pending`);
  await world.user.patch(at(WIDGET, 'w'), { metadata: { labels: { up: 'yes' } } }, { type: 'merge' });
  await set(world, `${commit} success`);
  t.regex(world.notifications.statuses.at(-2)?.description ?? '', /^applying 1 object$/);
});

test('a token that is no good is told, keeps nothing from its course, and another one is tried', async (t) => {
  await using world = await SyncWorld.open();
  world.notifications.answer('git.example.com', 401);
  const commit = world.sources.commit(URL, files(configMap('one')));
  await world.secret('statuses', { password: 'old' });
  await world.apply('app', { source, commitStatus, interval: '0' });
  await world.applied('app');
  const failing = await world.until('it is told', 'app', (one) => conditionOf(one, 'NotificationFailed'));
  t.is(conditionOf(failing, 'NotificationFailed')?.message, 'commit status: git.example.com answered 401');
  t.is(conditionOf(failing, 'Ready')?.status, 'True');
  world.notifications.answer('git.example.com', 200);
  await world.secret('statuses', { password: 'new' });
  await set(world, `${commit} success`);
  await world.until('all is well', 'app', (one) => conditionOf(one, 'NotificationFailed') === undefined);
});

test('a status that was given up is tried once more every few minutes', async (t) => {
  const time = new ManualTime();
  await using world = await SyncWorld.open({ time });
  world.notifications.answer('git.example.com', 401);
  const commit = world.sources.commit(URL, files(configMap('one')));
  await world.secret('statuses', { token: 'hush' });
  await world.apply('app', { source, commitStatus, interval: '0' });
  await world.applied('app');
  await world.until('it is told', 'app', (one) => conditionOf(one, 'NotificationFailed'));
  await world.quiet();
  world.notifications.answer('git.example.com', 200);
  await time.pass(60_000);
  await world.quiet();
  t.deepEqual(statesOf(world), []);
  await world.until('all is well', 'app', (one) => conditionOf(one, 'NotificationFailed') === undefined, 10_000);
  t.deepEqual(statesOf(world), [`${commit} success`]);
});

test('only a repository has commits; where its address says too little, that is told', async (t) => {
  await using world = await SyncWorld.open();
  await t.throwsAsync(world.apply('app', { commitStatus }), { message: /only commits of a git repository/ });
  await world.secret('statuses', { token: 'hush' });
  world.sources.commit('file:///srv/infra.git', files(configMap('one')));
  await world.apply('app', { source: { git: { url: 'file:///srv/infra.git' } }, commitStatus });
  const sync = await world.until('it is told', 'app', (one) => conditionOf(one, 'NotificationFailed'));
  t.regex(conditionOf(sync, 'NotificationFailed')?.message ?? '', /^commit status: spec\.commitStatus: .*give both$/);
});
