import test from 'ava';
import { configMap, NAMESPACE, SyncWorld } from '../../support/sync-world.ts';

const definition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'gadgets.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { plural: 'gadgets', kind: 'Gadget' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: { spec: { type: 'object', properties: { size: { type: 'integer' } } } },
          },
        },
      },
    ],
  },
};

const GADGET = { apiVersion: 'example.com/v1', kind: 'Gadget' } as const;
const gadget = { ...GADGET, metadata: { name: 'g', namespace: 'made' }, spec: { size: 1 } };
const namespace = { ...NAMESPACE, metadata: { name: 'made' } };

test('namespaces and definitions come first and go last', async (t) => {
  await using world = await SyncWorld.open();
  await world.write('/srv/app', 'a.yaml', gadget, configMap('c', {}, { namespace: 'made' }));
  await world.write('/srv/app', 'z.yaml', definition, namespace);
  await world.apply('app');
  const sync = await world.applied('app');
  t.is(sync.status?.objects, 4);
  t.is(
    sync.metadata.annotations?.['applyset.kubernetes.io/contains-group-kinds'],
    'ConfigMap,CustomResourceDefinition.apiextensions.k8s.io,Gadget.example.com,Namespace',
  );
  const sent = world.client.writes.filter((write) => write.startsWith('apply'));
  t.deepEqual(sent.slice(0, 2).sort(), ['apply CustomResourceDefinition gadgets.example.com', 'apply Namespace made']);
  t.deepEqual(await world.costOfNothing('app'), []);
  world.client.writes.length = 0;
  await world.write('/srv/app', 'z.yaml', configMap('instead'));
  await world.sources.delete('/srv/app', 'a.yaml');
  const held = await world.until('the brake is on', 'app', ({ status }) => status?.pendingPrune !== undefined);
  await world.annotate('app', { 'tsmoby.dev/approve-prune': held.status?.pendingPrune?.digest ?? '' });
  await world.eventually(
    'all are told to go',
    () => world.client.writes.filter((write) => write.startsWith('delete')).length === 4,
  );
  const deleted = world.client.writes.filter((write) => write.startsWith('delete')).map((write) => write.split(' ')[1]);
  t.deepEqual(deleted.slice(2), ['CustomResourceDefinition', 'Namespace']);
});

test('objects of a kind that nobody defines wait for whoever defines it', async (t) => {
  await using world = await SyncWorld.open();
  await world.user.create(namespace);
  await world.write('/srv/app', 'a.yaml', gadget, configMap('c'));
  await world.apply('app');
  await world.because('app', 'FilesInvalid');
  await world.eventually('others are applied', async () => (await world.configMap('c')) !== undefined);
  await world.user.create(definition);
  await world.applied('app');
  t.truthy(await world.find({ ...GADGET, namespace: 'made', name: 'g' }));
});

test('neither a namespace nor a definition goes while somebody has objects of it in files', async (t) => {
  await using world = await SyncWorld.open();
  await world.write('/srv/base', 'a.yaml', definition, namespace, configMap('base'));
  await world.apply('base');
  await world.applied('base');
  await world.write('/srv/app', 'a.yaml', gadget);
  await world.apply('app');
  await world.applied('app');
  await world.write('/srv/base', 'a.yaml', configMap('base'));
  await world.until('it is seen', 'base', ({ status }) => status?.objects === 1);
  await world.applied('base');
  await world.quiet();
  t.truthy(await world.find({ ...GADGET, namespace: 'made', name: 'g' }));
  t.truthy(await world.find({ ...NAMESPACE, name: 'made' }));
  await world.delete('app');
  await world.eventually(
    'the definition is gone',
    async () =>
      (await world.find({ apiVersion: definition.apiVersion, kind: definition.kind, name: 'gadgets.example.com' })) ===
      undefined,
  );
});

test('neither a namespace nor a definition goes from under an object that is to stay', async (t) => {
  await using world = await SyncWorld.open();
  const annotations = { 'tsmoby.dev/prune': 'disabled' };
  const kept = { ...gadget, metadata: { ...gadget.metadata, annotations } };
  await world.write('/srv/app', 'a.yaml', definition, namespace, kept, configMap('other'));
  await world.write('/srv/app', 'b.yaml', configMap('b'), configMap('c'));
  await world.apply('app');
  await world.applied('app');
  await world.write('/srv/app', 'a.yaml', '');
  await world.eventually('the other one is gone', async () => (await world.configMap('other')) === undefined);
  await world.applied('app');
  // with no member left, what another pass finds is what it goes by
  await world.delete('app');
  await world.eventually('all members are gone', async () => (await world.configMap('b')) === undefined);
  await world.quiet();
  const there = await Promise.all([
    world.find({ ...GADGET, namespace: 'made', name: 'g' }),
    world.find({ ...NAMESPACE, name: 'made' }),
    world.find({ apiVersion: definition.apiVersion, kind: definition.kind, name: 'gadgets.example.com' }),
  ]);
  t.deepEqual(
    there.map((object) => object !== undefined && object.metadata.deletionTimestamp === undefined),
    [true, true, true],
  );
});
