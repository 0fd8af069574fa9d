/** What people and programs send by mistake, and what the daemon says. */
import test from 'ava';
import { ApiError } from '../../../client/client.ts';
import type { KubeObject } from '../../../schemas/object.ts';
import { onDaemon } from '../../support/daemon/scenario.ts';
import type { Manifest, Space } from '../../support/daemon/space.ts';

const scenario = onDaemon(test);

async function refusal(space: Space, manifest: Manifest): Promise<ApiError> {
  try {
    await space.apply(manifest);
  } catch (error) {
    if (error instanceof ApiError) return error;
    throw error;
  }
  throw new Error(`${manifest.name} was accepted`);
}

scenario(
  'a name that is no DNS label, a wrong type and an unknown value are refused with their field',
  async (t, space) => {
    const spec = { image: 'busybox' };
    const name = await refusal(space, { kind: 'Container', name: 'Not_A_Name', spec });
    t.is(name.reason, 'Invalid');
    t.regex(name.message, /metadata\.name/);
    const type = await refusal(space, { kind: 'Container', name: 'type', spec: { ...spec, hostNetwork: 'yes' } });
    t.regex(type.message, /spec\.hostNetwork/);
    const value = await refusal(space, {
      kind: 'Container',
      name: 'value',
      spec: { ...spec, restartPolicy: 'Sometimes' },
    });
    t.regex(value.message, /spec\.restartPolicy.*Always/);
    const both = await refusal(space, { kind: 'Container', name: 'both', spec: { ...spec, imageFrom: { name: 'x' } } });
    t.regex(both.message, /image or imageFrom/);
    const mount = { ...spec, volumeMounts: [{ name: 'nothing', mountPath: '/x' }] };
    t.regex(
      (await refusal(space, { kind: 'Container', name: 'mount', spec: mount })).message,
      /needs an entry in volumes/,
    );
  },
);

scenario('an unknown field is refused when checked strictly, and a warning otherwise', async (t, space) => {
  const metadata = { namespace: space.namespace, name: 'typo' };
  const object = {
    apiVersion: 'tsmoby.dev/v1alpha1',
    kind: 'Container',
    metadata,
    spec: { image: 'busybox', comand: ['true'] },
  };
  const strict = { fieldValidation: 'Strict' } as const;
  const refused = await t.throwsAsync(space.daemon.client.create(object, strict));
  t.regex(refused?.message ?? '', /unknown field "spec\.comand"/);
  const warnings: string[] = [];
  const onWarning = (text: string): void => void warnings.push(text);
  await space.daemon.client.create(object, { dryRun: true, onWarning });
  t.regex(warnings.join('\n'), /unknown field "spec\.comand"/);
});

scenario('an object of 2 MB is refused in words, and harms nothing', async (t, space) => {
  const large = await refusal(space, { kind: 'ConfigMap', name: 'large', data: { x: 'y'.repeat(2 * 1024 * 1024) } });
  t.regex(large.message, /large|limit|1048576|bytes/i);
  await space.apply({ kind: 'ConfigMap', name: 'small', data: { x: 'y' } });
  t.truthy(await space.get('ConfigMap', 'small'));
});

scenario('a namespace that is not there, or being deleted, is named', async (t, space) => {
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace: 'nowhere', name: 'x' } };
  const error = await t.throwsAsync(space.daemon.client.create(object as never));
  t.regex(error?.message ?? '', /namespaces "nowhere" not found/);
  await space.apply({ kind: 'ConfigMap', name: 'holds', data: {} });
  const holds = await space.get<KubeObject>('ConfigMap', 'holds');
  await space.daemon.client.update({ ...holds, metadata: { ...holds.metadata, finalizers: ['example.org/hold'] } });
  await space.daemon.client.delete({ apiVersion: 'v1', kind: 'Namespace', name: space.namespace });
  const late = await refusal(space, { kind: 'ConfigMap', name: 'late', data: {} });
  t.is(late.reason, 'Forbidden');
  t.regex(late.message, /being terminated/);
  const held = await space.until<KubeObject>(
    'ConfigMap',
    'holds',
    'is being deleted',
    ({ metadata }) => metadata.deletionTimestamp,
  );
  const { finalizers: _, ...metadata } = held.metadata;
  await space.daemon.client.update({ ...held, metadata });
  await space.gone('ConfigMap', 'holds');
});

scenario(
  'an update of an old version is a conflict, and a field of another manager is one as well',
  async (t, space) => {
    await space.apply({ kind: 'ConfigMap', name: 'shared', data: { a: '1' } });
    const old = await space.get<KubeObject>('ConfigMap', 'shared');
    await space.apply({ kind: 'ConfigMap', name: 'shared', data: { a: '2' } });
    const stale = await t.throwsAsync(space.daemon.client.update({ ...old, data: { a: '3' } } as never));
    t.is((stale as ApiError).reason, 'Conflict');
    const mine = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { namespace: space.namespace, name: 'shared' },
      data: { a: '4' },
    };
    const taken = await t.throwsAsync(space.daemon.client.apply(mine as never, { fieldManager: 'other' }));
    t.regex(taken?.message ?? '', /conflict with "test".*\.data\.a/s);
  },
);

scenario('specs that nothing can run stall with what is wrong, and are cured by another spec', async (t, space) => {
  const spec = { command: ['sleep', '600'] };
  await space.container('capability', { ...spec, securityContext: { capabilities: { add: ['FLY'] } } });
  t.regex((await space.condition('Container', 'capability', 'Stalled', 'InvalidSpec')).message, /FLY/);
  await space.container('field', {
    ...spec,
    env: [{ name: 'A', valueFrom: { fieldRef: { fieldPath: 'spec.nonsense' } } }],
  });
  t.regex((await space.condition('Container', 'field', 'Stalled', 'FieldPathInvalid')).message, /spec\.nonsense/);
  await space.container('reference', { ...spec, image: 'Not A Reference' });
  t.truthy(await space.condition('Container', 'reference', 'Stalled', 'InvalidImageName'));
  await space.container('cwd', { ...spec, workingDir: '/etc/passwd/below' });
  const told = await space.until('Container', 'cwd', 'is told', (object) =>
    /WorkingDirectory|StartError|NotADirectory/i.test(JSON.stringify(object)),
  );
  t.truthy(told);
  for (const name of ['capability', 'field', 'reference', 'cwd']) await space.container(name, spec);
  for (const name of ['capability', 'field', 'reference', 'cwd'])
    t.is((await space.running(name)).status?.phase, 'Running');
});
