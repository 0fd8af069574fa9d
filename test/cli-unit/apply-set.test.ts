import test from 'ava';
import type { KubeObject } from '../../schemas/object.ts';
import { openCliWorld, type CliWorld, type Run } from './world.ts';

const CONFIG = (name: string, metadata = ''): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}${metadata}}\n`;
const files = (...texts: readonly string[]): string => texts.join('---\n');
const SECRET = { apiVersion: 'v1', kind: 'Secret', namespace: 'default' } as const;
const CONFIG_MAP = { ...SECRET, kind: 'ConfigMap' } as const;

const applySet = (world: CliWorld, text: string, ...flags: readonly string[]): Promise<Run> =>
  world.tsmoby(['apply', '-f', '-', '--prune', '--applyset=web', ...flags], { stdin: text });

const annotationsOf = async (world: CliWorld, kind: 'Secret' | 'ConfigMap', name: string) => {
  const { metadata } = await world.api.plainClient().get({ ...SECRET, kind, name });
  const short = Object.entries(metadata.annotations ?? {}).map(([key, value]) => [
    key.replace('applyset.kubernetes.io/', ''),
    value,
  ]);
  return Object.fromEntries(short) as Record<string, string>;
};

const names = async (world: CliWorld): Promise<string> =>
  (await world.tsmoby(['get', 'cm', '-o', 'name'])).stdout.replaceAll('configmap/', '').trim().split('\n').join(' ');

test('what the files have no more is deleted and told, and nothing else', async (t) => {
  await using world = await openCliWorld();
  await world.tsmoby(['apply', '-f', '-'], { stdin: CONFIG('mine') });
  t.is((await applySet(world, files(CONFIG('a'), CONFIG('b')))).stdout, 'configmap/a created\nconfigmap/b created\n');
  t.deepEqual(await annotationsOf(world, 'Secret', 'web'), {
    tooling: 'tsmoby/v1',
    'contains-group-kinds': 'ConfigMap',
  });
  const run = await applySet(world, CONFIG('b'));
  t.deepEqual(run, { code: 0, stdout: 'configmap/b unchanged\nconfigmap/a pruned\n', stderr: '' });
  t.is(await names(world), 'b mine');
});

test('the same again writes nothing', async (t) => {
  await using world = await openCliWorld();
  const client = world.api.plainClient();
  const versions = async (): Promise<readonly string[]> =>
    Promise.all(
      [
        { ...SECRET, name: 'web' },
        { ...CONFIG_MAP, name: 'a' },
      ].map(async (ref) => (await client.get(ref)).metadata.resourceVersion),
    );
  await applySet(world, CONFIG('a'));
  const before = await versions();
  t.is((await applySet(world, CONFIG('a'))).stdout, 'configmap/a unchanged\n');
  t.deepEqual(await versions(), before);
});

test('a server dry run says what would be pruned, and makes, changes and deletes nothing', async (t) => {
  await using world = await openCliWorld();
  const first = await applySet(world, CONFIG('a'), '--dry-run=server');
  t.is(first.stdout, 'configmap/a created (server dry run)\n');
  t.is((await world.tsmoby(['get', 'secret', 'web'])).code, 1);
  await applySet(world, files(CONFIG('a'), CONFIG('b')));
  const run = await applySet(world, CONFIG('b'), '--dry-run=server');
  t.is(run.stdout, 'configmap/b unchanged (server dry run)\nconfigmap/a pruned (server dry run)\n');
  t.is(await names(world), 'a b');
});

test('nothing is pruned while an object is refused, and the parent names what is there and what was to come', async (t) => {
  await using world = await openCliWorld();
  await applySet(world, files(CONFIG('a'), CONFIG('b')));
  const wrong = 'apiVersion: tsmoby.dev/v1alpha1\nkind: Container\nmetadata: {name: c}\nspec: {}\n';
  const run = await applySet(world, files(CONFIG('b'), wrong));
  t.is(run.code, 1);
  t.regex(run.stderr, /is invalid: .*\nerror: nothing is pruned, as not all objects could be applied\n$/);
  t.is(await names(world), 'a b');
  const { 'contains-group-kinds': kinds } = await annotationsOf(world, 'Secret', 'web');
  t.is(kinds, 'ConfigMap,Container.tsmoby.dev');
  // what that run left is made up for by the next one
  t.is((await applySet(world, CONFIG('b'))).stdout, 'configmap/b unchanged\nconfigmap/a pruned\n');
  t.is((await annotationsOf(world, 'Secret', 'web'))['contains-group-kinds'], 'ConfigMap');
});

test('an object that is not to be pruned stays, and is no member any more', async (t) => {
  await using world = await openCliWorld();
  await applySet(world, files(CONFIG('a', ', annotations: {tsmoby.dev/prune: disabled}'), CONFIG('b')));
  const run = await applySet(world, CONFIG('b'));
  t.is(run.stdout, 'configmap/b unchanged\nconfigmap/a released (tsmoby.dev/prune: disabled)\n');
  const { metadata } = await world.api.plainClient().get({ ...CONFIG_MAP, name: 'a' });
  t.deepEqual(metadata.labels ?? {}, {});
  t.is((await applySet(world, CONFIG('b'))).stdout, 'configmap/b unchanged\n');
});

test('a parent that is none, or another tool’s, is refused before anything is sent', async (t) => {
  await using world = await openCliWorld();
  await world.tsmoby(['create', 'secret', 'generic', 'web']);
  const plain = await applySet(world, CONFIG('a'));
  t.is(plain.code, 1);
  t.regex(plain.stderr, /^error: --applyset: secret\/web is there already and is no parent .*: choose another name\n$/);
  await applySet(world, CONFIG('a'), '--applyset=configmap/set');
  const patch = { metadata: { annotations: { 'applyset.kubernetes.io/tooling': 'kubectl/v1.33.0' } } };
  await world.api.plainClient().patch({ ...CONFIG_MAP, name: 'set' }, patch, { type: 'merge' });
  const foreign = await applySet(world, CONFIG('b'), '--applyset=configmap/set');
  t.regex(foreign.stderr, /configmap\/set is the parent of an ApplySet of kubectl, not of tsmoby/);
  const sync = await applySet(world, CONFIG('b'), '--applyset=sync/x');
  t.regex(sync.stderr, /a Sync cannot be the parent of an ApplySet: name a Secret or a ConfigMap/);
  t.is(await names(world), 'a set');
});

test('a member of another set is refused with where it belongs, and taken over with force', async (t) => {
  await using world = await openCliWorld();
  await applySet(world, files(CONFIG('a'), CONFIG('b')), '--applyset=configmap/other');
  const refused = await applySet(world, files(CONFIG('a'), CONFIG('c')));
  t.is(refused.code, 1);
  t.is(
    refused.stderr,
    'error: STDIN:1:1: configmap/a is a member of another ApplySet (configmap/other in namespace default): take it out of that one, or take it over with --force-conflicts\n',
  );
  t.is(await names(world), 'a b other');
  t.is((await applySet(world, CONFIG('a'), '--force-conflicts')).code, 0);
  // it changed hands, so its former set does not delete it
  const former = await applySet(world, CONFIG('b'), '--applyset=configmap/other');
  t.is(former.stdout, 'configmap/b unchanged\n');
  t.is(await names(world), 'a b other');
});

test('members in other namespaces go too, a namespace after what is in it, and never while the set needs it', async (t) => {
  await using world = await openCliWorld();
  const space = 'apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n';
  const inside = CONFIG('b', ', namespace: shop');
  await applySet(world, files(space, inside, CONFIG('a')));
  t.is((await annotationsOf(world, 'Secret', 'web'))['additional-namespaces'], 'shop');
  const left = await applySet(world, files(inside, CONFIG('a')));
  t.is(left.stderr, 'Warning: namespace/shop stays in the set: objects of the set need it\n');
  t.is((await annotationsOf(world, 'Secret', 'web'))['contains-group-kinds'], 'ConfigMap,Namespace');
  const gone = await applySet(world, CONFIG('a'));
  t.is(gone.stdout, 'configmap/a unchanged\nconfigmap/b pruned\nnamespace/shop pruned\n');
  t.deepEqual(await annotationsOf(world, 'Secret', 'web'), {
    tooling: 'tsmoby/v1',
    'contains-group-kinds': 'ConfigMap',
  });
});

test('a Volume that is pruned says that its data stays', async (t) => {
  await using world = await openCliWorld();
  const volume = (name: string, spec: string): string =>
    `apiVersion: tsmoby.dev/v1alpha1\nkind: Volume\nmetadata: {name: ${name}, finalizers: [example.com/hold]}\nspec: ${spec}\n`;
  await applySet(world, files(CONFIG('a'), volume('kept', '{}'), volume('gone', '{reclaimPolicy: Delete}')));
  const run = await applySet(world, CONFIG('a'));
  t.deepEqual(run.stdout.split('\n').toSorted().slice(1), [
    'configmap/a unchanged',
    'volume.tsmoby.dev/gone pruned',
    'volume.tsmoby.dev/kept pruned (its data stays: spec.reclaimPolicy is Retain)',
  ]);
});

test('-o name shows what was applied alone; what was pruned is told beside it', async (t) => {
  await using world = await openCliWorld();
  await applySet(world, files(CONFIG('a'), CONFIG('b')));
  const run = await applySet(world, CONFIG('b'), '-o', 'name');
  t.deepEqual(run, { code: 0, stdout: 'configmap/b\n', stderr: 'configmap/a pruned\n' });
});

test('flags that have no sense alone are explained', async (t) => {
  await using world = await openCliWorld();
  const said = async (...line: string[]): Promise<string> =>
    (await world.tsmoby(['apply', '-f', '-', ...line], { stdin: CONFIG('a') })).stderr;
  t.regex(await said('--prune'), /^error: --prune needs --applyset=NAME.*\(--all, -l\) is not there\n/);
  t.regex(await said('--applyset=web'), /^error: --applyset is for --prune alone: give both\n/);
  t.regex(await said('--prune', '--applyset=secret/'), /^error: --applyset secret\/: the name is missing/);
});

test('the files do not say which set an object is in', async (t) => {
  await using world = await openCliWorld();
  const run = await applySet(world, CONFIG('a', ', labels: {applyset.kubernetes.io/part-of: x}'));
  t.regex(run.stderr, /^error: STDIN:3:21: configmap\/a: label .* is set by --applyset: leave it out\n$/);
});

test('with --wait, what is pruned is waited for until it is gone', async (t) => {
  await using world = await openCliWorld();
  const client = world.api.plainClient();
  await applySet(world, files(CONFIG('a', ', finalizers: [example.com/hold]'), CONFIG('b')));
  const run = await world.tsmoby(['apply', '-f', '-', '--prune', '--applyset=web', '--wait', '--timeout=60s'], {
    stdin: CONFIG('b'),
    onOutput(all) {
      if (all.endsWith('configmap/b is ready\n'))
        void client.patch<KubeObject>(
          { ...CONFIG_MAP, name: 'a' },
          { metadata: { finalizers: null } },
          { type: 'merge' },
        );
    },
  });
  t.is(run.code, 0);
  t.regex(run.stdout, /configmap\/a pruned\nconfigmap\/b is ready\nconfigmap\/a is gone\n$/);
});
