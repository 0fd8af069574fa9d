import test from 'ava';
import { CONFIG_MAP, ContainerWorld, IMAGE, SECRET, VOLUME } from '../../support/container-world.ts';

test('a namespace that is deleted goes with everything in it and behind it', async (t) => {
  await using world = await ContainerWorld.open();
  const { user } = world;
  const metadata = (name: string) => ({ name, namespace: 'team' });
  await user.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'team' } });
  const spec = {
    image: 'app:1',
    volumes: [
      { name: 'config', configMap: { name: 'config' } },
      { name: 'secret', secret: { secretName: 'secret' } },
      { name: 'data', volume: { name: 'data' } },
      { name: 'cache', emptyDir: {} },
    ],
    volumeMounts: ['config', 'secret', 'data', 'cache'].map((name) => ({ name, mountPath: `/${name}` })),
  };
  const objects: readonly object[] = [
    { ...CONFIG_MAP, metadata: metadata('config'), data: { a: '1' } },
    { ...SECRET, metadata: metadata('secret'), data: { a: 'MQ==' } },
    { ...VOLUME, metadata: metadata('data'), spec: { reclaimPolicy: 'Delete', populate: 'Image' } },
    { ...IMAGE, metadata: metadata('declared'), spec: { reference: 'app:1' } },
    { apiVersion: 'tsmoby.dev/v1alpha1', kind: 'Container', metadata: metadata('web'), spec },
    {
      apiVersion: 'tsmoby.dev/v1alpha1',
      kind: 'Container',
      metadata: metadata('crash'),
      spec: { ...spec, command: ['false'] },
    },
    { apiVersion: 'tsmoby.dev/v1alpha1', kind: 'Container', metadata: metadata('missing'), spec: { image: 'none:1' } },
  ];
  for (const object of objects) await user.create(object as never);
  await world.eventually('two run or ran', () => world.controls.instanceIds().length === 2);
  await user.delete({ apiVersion: 'v1', kind: 'Namespace', name: 'team' });
  await world.eventually(
    'the namespace is gone',
    async () => (await world.find({ apiVersion: 'v1', kind: 'Namespace', name: 'team' })) === undefined,
  );
  t.deepEqual(await world.holdings(), []);
});
