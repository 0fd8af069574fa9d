import test from 'ava';
import {
  at,
  conditionOf,
  conditionsText,
  CONFIG_MAP,
  configMap,
  SECRET,
  SYNC,
  SyncWorld,
} from '../../support/sync-world.ts';

test('variables come from vars, ConfigMaps, Secrets and the environment; a change of any is applied', async (t) => {
  await using world = await SyncWorld.open({ env: { HOME_PORT: '80', HIDDEN: 'x' } });
  const data = { a: '${A}', b: '${B}', c: '${C}', d: '${HOME_PORT}', e: '${E:=none}' };
  await world.write('/srv/app', 'a.yaml', configMap('out', data));
  await world.user.create(configMap('vars', { A: 'config', B: 'config' }, { namespace: 'default' }));
  await world.apply('app', {
    substitute: {
      vars: { C: 'spec' },
      env: ['HOME_PORT'],
      from: [
        { kind: 'ConfigMap', name: 'vars' },
        { kind: 'Secret', name: 'secret-vars' },
      ],
    },
  });
  const waiting = await world.because('app', 'SecretNotFound');
  t.true(conditionOf(waiting, 'Ready')?.message.includes('Secret default/secret-vars'));
  await world.secret('secret-vars', { B: 'secret' });
  const sync = await world.applied('app');
  t.deepEqual((await world.configMap('out'))?.data, { a: 'config', b: 'secret', c: 'spec', d: '80', e: 'none' });
  t.false(JSON.stringify(sync).includes('secret"'));
  await world.secret('secret-vars', { B: 'changed' });
  await world.eventually('it is applied', async () => (await world.configMap('out'))?.data?.['b'] === 'changed');
  await world.user.patch(at(CONFIG_MAP, 'vars'), { data: { A: 'other' } }, { type: 'merge' });
  await world.eventually('it is applied', async () => (await world.configMap('out'))?.data?.['a'] === 'other');
  await world.applied('app');
  t.deepEqual(await world.costOfNothing('app'), []);
});

test('a Sync waits until those that it depends on are ready; a circle is shown', async (t) => {
  await using world = await SyncWorld.open();
  await world.write('/srv/app', 'a.yaml', configMap('app'));
  await world.apply('app', { dependsOn: [{ name: 'base' }] });
  await world.because('app', 'DependencyNotReady');
  t.deepEqual(await world.configMaps(), []);
  await world.write('/srv/base', 'b.yaml', configMap('base'));
  await world.apply('base');
  await world.applied('app');
  t.deepEqual(await world.configMaps(), ['app', 'base']);
  await world.apply('base', { dependsOn: [{ name: 'app' }] });
  const sync = await world.because('base', 'DependencyCycle');
  t.true(conditionOf(sync, 'Stalled')?.message.endsWith('base -> app -> base'));
});

test('a suspended Sync leaves everything as it is, and goes on when it is resumed', async (t) => {
  await using world = await SyncWorld.open();
  await world.write('/srv/app', 'a.yaml', configMap('one'));
  await world.apply('app');
  await world.applied('app');
  await world.apply('app', { suspend: true });
  const sync = await world.until(
    'it is suspended',
    'app',
    (one) => conditionOf(one, 'Ready')?.reason === 'SyncSuspended',
  );
  t.is(conditionOf(sync, 'Ready')?.status, 'True');
  t.deepEqual(world.sources.watched, []);
  await world.user.delete(at(CONFIG_MAP, 'one'));
  await world.write('/srv/app', 'b.yaml', configMap('two'));
  await world.quiet();
  t.deepEqual(await world.configMaps(), []);
  await world.apply('app');
  await world.applied('app');
  t.deepEqual(await world.configMaps(), ['one', 'two']);
});

test('a repository is followed with its credentials, and what was fetched counts while it is away', async (t) => {
  await using world = await SyncWorld.open();
  const url = 'file:///srv/repository';
  world.sources.commit(url, { 'a.yaml': JSON.stringify(configMap('one')) });
  await world.apply('app', { source: { git: { url, secretRef: { name: 'login' } } }, interval: '0' });
  await world.because('app', 'SecretNotFound');
  await world.secret('login', { nothing: 'x' });
  await world.because('app', 'Unauthorized');
  await world.secret('login', { password: 'token' });
  await world.applied('app');
  const { RuntimeError } = await import('../../../runtime/errors.ts');
  world.sources.fail(url, new RuntimeError('Unavailable', 'no route', { reason: 'SourceUnreachable' }));
  world.sources.commit(url, { 'a.yaml': JSON.stringify(configMap('two')) });
  await world.until('it is missed', 'app', (sync) => conditionOf(sync, 'SourceReady')?.status === 'False');
  t.is(conditionOf(await world.get('app'), 'Ready')?.status, 'True');
  await world.user.delete(at(CONFIG_MAP, 'one'));
  await world.eventually('it is there again', async () => (await world.configMap('one')) !== undefined);
  world.sources.fail(url);
  world.sources.commit(url, { 'a.yaml': JSON.stringify(configMap('three')) });
  await world.eventually('it is followed', async () => String(await world.configMaps()) === 'three');
  await world.until('it is read again', 'app', (sync) => conditionOf(sync, 'SourceReady')?.status === 'True');
  t.pass();
});

test('in mode Warn drift is told and left; the files set it back when they change', async (t) => {
  await using world = await SyncWorld.open();
  await world.write('/srv/app', 'a.yaml', configMap('one', { a: '1' }));
  await world.apply('app', { drift: { mode: 'Warn' } });
  await world.applied('app');
  await world.user.patch(at(CONFIG_MAP, 'one'), { data: { a: 'x' } }, { type: 'merge' });
  const sync = await world.until('it is told', 'app', ({ status }) => status?.drifted !== undefined);
  t.deepEqual(sync.status?.drifted, ['ConfigMap default/one: data.a']);
  t.true(conditionsText(sync).includes('Drifted=True Drifted'));
  t.deepEqual(await world.costOfNothing('app'), []);
  await world.stop();
  await world.start();
  await world.quiet();
  t.is((await world.configMap('one'))?.data?.['a'], 'x');
  await world.write('/srv/app', 'a.yaml', configMap('one', { a: '2' }));
  await world.eventually('it is set', async () => (await world.configMap('one'))?.data?.['a'] === '2');
  await world.until('nothing differs', 'app', ({ status }) => status?.drifted === undefined);
});

test('fields that are left to others are neither set back nor given up', async (t) => {
  await using world = await SyncWorld.open();
  await world.write('/srv/app', 'a.yaml', configMap('one', { a: '1', b: '1' }));
  await world.apply('app', { drift: { ignore: [{ kind: 'ConfigMap', pointers: ['/data/a'] }] } });
  await world.applied('app');
  t.deepEqual((await world.configMap('one'))?.data, { a: '1', b: '1' });
  await world.user.patch(at(CONFIG_MAP, 'one'), { data: { a: 'theirs', b: 'x' } }, { type: 'merge' });
  await world.eventually('b is set back', async () => (await world.configMap('one'))?.data?.['b'] === '1');
  t.is((await world.configMap('one'))?.data?.['a'], 'theirs');
  await world.write('/srv/app', 'a.yaml', configMap('one', { a: '2', b: '2' }));
  await world.eventually('b is changed', async () => (await world.configMap('one'))?.data?.['b'] === '2');
  t.is((await world.configMap('one'))?.data?.['a'], 'theirs');
});

test('a Sync that its own files hold, with all that it refers to, is no problem', async (t) => {
  await using world = await SyncWorld.open();
  const self = { ...SYNC, metadata: { name: 'app' }, spec: { source: { directory: { path: '/srv/app' } } } };
  const secret = { ...SECRET, metadata: { name: 's' }, stringData: { a: 'b' } };
  await world.write('/srv/app', 'a.yaml', self, secret);
  await world.apply('app', { wait: false });
  await world.applied('app');
  await world.quiet();
  // Whoever touches it touches an object of its own files; nothing is written all the same.
  t.deepEqual(await world.costOfNothing('app'), ['apply Sync default/app']);
  await world.write('/srv/app', 'a.yaml', configMap('one'));
  await world.eventually('the secret is gone', async () => (await world.find(at(SECRET, 's'))) === undefined);
  t.truthy(await world.find(at(SYNC, 'app')));
});

test('what nobody trusted has signed is not applied; who signed is told', async (t) => {
  await using world = await SyncWorld.open();
  const url = 'file:///srv/repository';
  const text = (name: string): string => JSON.stringify(configMap(name));
  world.sources.commit(url, { 'a.yaml': text('signed') }, { signer: { name: 'Alice', key: 'ssh-ed25519 AAAA' } });
  await world.secret('trusted', { alice: 'ssh-ed25519 AAAA' });
  await world.apply('app', { source: { git: { url, verify: { secretRef: { name: 'trusted' } } } } });
  const sync = await world.applied('app');
  t.is(sync.status?.signer, 'Alice');
  world.sources.commit(url, { 'a.yaml': text('unsigned') });
  const refused = await world.until(
    'it is refused',
    'app',
    (one) => conditionOf(one, 'SourceReady')?.status === 'False',
  );
  t.is(conditionOf(refused, 'SourceReady')?.reason, 'SignatureInvalid');
  await world.quiet();
  t.deepEqual(await world.configMaps(), ['signed']);
});
