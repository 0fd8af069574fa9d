/** What `apply --prune` keeps: objects that are to stay, and whatever they would go with. */
import test from 'ava';
import type { KubeObject, ObjectRef } from '../../schemas/object.ts';
import { openPlanWorld } from './plan/world.ts';
import { openCliWorld, type CliWorld, type Run } from './world.ts';

const KEPT = 'annotations: {tsmoby.dev/prune: disabled}';
const CONFIG = (name: string, metadata = ''): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}${metadata}}\n`;
const SPACE = 'apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n';
const DATA = `apiVersion: tsmoby.dev/v1alpha1\nkind: Volume\nmetadata: {name: data, namespace: shop, ${KEPT}}\nspec: {reclaimPolicy: Delete}\n`;
const GADGETS = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: gadgets.example.com}
spec:
  group: example.com
  scope: Cluster
  names: {plural: gadgets, kind: Gadget}
  versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}]
`;
const GADGET = `apiVersion: example.com/v1\nkind: Gadget\nmetadata: {name: g, ${KEPT}}\n`;

const NAMESPACE = { apiVersion: 'v1', kind: 'Namespace', name: 'shop' } as const;
const A = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'default', name: 'a' } as const;

const applySet = (
  world: Pick<CliWorld, 'tsmoby'>,
  texts: readonly string[],
  ...flags: readonly string[]
): Promise<Run> =>
  world.tsmoby(['apply', '-f', '-', '--prune', '--applyset=web', ...flags], { stdin: texts.join('---\n') });

const isGoing = async (world: CliWorld, ref: ObjectRef): Promise<boolean> =>
  (await world.api.plainClient().get(ref)).metadata.deletionTimestamp !== undefined;

test('a namespace is not pruned from under an object that is to stay, now and the next time', async (t) => {
  await using world = await openCliWorld();
  await applySet(world, [SPACE, DATA, CONFIG('a')]);
  const run = await applySet(world, [CONFIG('a')]);
  t.deepEqual(run, {
    code: 0,
    stdout:
      'configmap/a unchanged\nnamespace/shop released (objects that stay need it)\nvolume.tsmoby.dev/data released (tsmoby.dev/prune: disabled)\n',
    stderr: 'Warning: namespace/shop stays: objects that stay need it\n',
  });
  t.is((await applySet(world, [CONFIG('a')])).stdout, 'configmap/a unchanged\n');
  t.false(await isGoing(world, NAMESPACE));
  t.false(await isGoing(world, { apiVersion: 'tsmoby.dev/v1alpha1', kind: 'Volume', namespace: 'shop', name: 'data' }));
});

test('a definition is not pruned from under an object that is to stay', async (t) => {
  await using world = await openCliWorld();
  await applySet(world, [GADGETS, CONFIG('a')]);
  await applySet(world, [GADGETS, GADGET, CONFIG('a')]);
  const run = await applySet(world, [CONFIG('a')]);
  t.regex(run.stdout, /gadgets\.example\.com released .*\n.*\/g released \(tsmoby\.dev\/prune: disabled\)\n$/);
  t.false(await isGoing(world, { apiVersion: 'example.com/v1', kind: 'Gadget', name: 'g' }));
});

test('a namespace stays in the set with an object that belongs to another one', async (t) => {
  await using world = await openCliWorld();
  const owned = CONFIG(
    'b',
    ', namespace: shop, ownerReferences: [{apiVersion: v1, kind: Namespace, name: default, uid: UID}]',
  );
  const { metadata } = await world.api.plainClient().get({ ...NAMESPACE, name: 'default' });
  await applySet(world, [SPACE, owned.replace('UID', metadata.uid), CONFIG('a')]);
  const { stdout, stderr } = await applySet(world, [CONFIG('a')]);
  t.is(stdout, 'configmap/a unchanged\n');
  t.deepEqual(stderr.trim().split('\n').toSorted(), [
    'Warning: configmap/b stays in the set: it belongs to Namespace default',
    'Warning: namespace/shop stays in the set: objects of the set need it',
  ]);
});

test('what is said to stay just before it would go stays with its namespace, is not called pruned, and not waited for', async (t) => {
  await using at = await openPlanWorld();
  const { world } = at;
  const inside = CONFIG('b', ', namespace: shop, finalizers: [example.com/hold]');
  await applySet(world, [SPACE, inside, CONFIG('a')]);
  const client = world.api.plainClient();
  const ref = { ...A, namespace: 'shop', name: 'b' };
  at.onRequest(async (line) => {
    if (line !== 'DELETE /api/v1/namespaces/shop/configmaps/b') return;
    at.onRequest(async () => undefined);
    const metadata = { annotations: { 'tsmoby.dev/prune': 'disabled' } };
    await client.patch<KubeObject>(ref, { metadata }, { type: 'merge' });
  });
  const run = await applySet(world, [CONFIG('a')], '--wait', '--timeout=60s');
  t.deepEqual(run, {
    code: 0,
    stdout: 'configmap/a unchanged\nconfigmap/a is ready\n',
    stderr:
      'Warning: configmap/b is left alone: somebody just said that it is to stay\nWarning: namespace/shop stays in the set: objects that are still there need it\n',
  });
  t.false(await isGoing(world, ref));
  t.false(await isGoing(world, NAMESPACE));
  // the next run finds both
  t.regex((await applySet(world, [CONFIG('a')])).stdout, /namespace\/shop released .*\nconfigmap\/b released /);
});
