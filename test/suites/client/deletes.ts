import type { ConfigMap, Namespace } from '../../../schemas/gen/types.ts';
import type { KubeObject } from '../../../schemas/object.ts';
import type { Widget } from '../../support/widget.ts';
import { CONFIG_MAP, configMap, NAMESPACE, refTo, refused, widgetIn, type ClientTest } from './harness.ts';

export const deleteTests: Readonly<Record<string, ClientTest>> = {
  'a delete answers Success with what is gone': async (t, { client }, namespace) => {
    const made = await client.create<ConfigMap>(configMap(namespace, 'a'));
    const answer = await client.delete(refTo(made));
    t.deepEqual(answer, {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Success',
      details: { name: 'a', kind: 'configmaps', uid: made.metadata.uid },
    } as unknown as typeof answer);
    await refused(t, client.delete(refTo(made)), 404, 'NotFound');
  },

  'finalizers hold an object until the last one is removed': async (t, { client }, namespace) => {
    const made = await client.create<Widget>(widgetIn(namespace, 'w', { size: 1 }, { finalizers: ['x.io/a'] }));
    const held = (await client.delete(refTo(made))) as Widget;
    t.truthy(held.metadata.deletionTimestamp);
    t.is(held.metadata.deletionGracePeriodSeconds, 0);
    t.is(held.metadata.generation, 2);
    const again = (await client.delete(refTo(made))) as Widget;
    t.is(again.metadata.resourceVersion, held.metadata.resourceVersion);
    const more = { metadata: { finalizers: ['x.io/a', 'x.io/b'] } };
    await refused(t, client.patch(refTo(made), more, { type: 'merge' }), 422, 'Invalid');
    t.deepEqual((await client.patch<Widget>(refTo(made), { spec: { size: 2 } }, { type: 'merge' })).spec, { size: 2 });
    const last = await client.patch<Widget>(refTo(made), { metadata: { finalizers: null } }, { type: 'merge' });
    t.is(last.metadata.uid, made.metadata.uid);
    await refused(t, client.get(refTo(made)), 404, 'NotFound');
  },

  'preconditions protect the object that was not meant': async (t, { client }, namespace) => {
    const made = await client.create<ConfigMap>(configMap(namespace, 'a', { n: '1' }));
    const next = await client.update<ConfigMap>({ ...made, data: { n: '2' } });
    await refused(t, client.delete(refTo(made), { preconditions: { uid: 'other' } }), 409, 'Conflict');
    const { uid, resourceVersion } = made.metadata;
    await refused(t, client.delete(refTo(made), { preconditions: { uid, resourceVersion } }), 409, 'Conflict');
    await client.delete(refTo(made), { preconditions: { uid, resourceVersion: next.metadata.resourceVersion } });
    await refused(t, client.get(refTo(made)), 404, 'NotFound');
  },

  'propagation becomes the garbage collector’s finalizers': async (t, { client }, namespace) => {
    for (const [policy, finalizer] of [
      ['Foreground', 'foregroundDeletion'],
      ['Orphan', 'orphan'],
    ] as const) {
      const made = await client.create<ConfigMap>(configMap(namespace, policy.toLowerCase()));
      const held = (await client.delete(refTo(made), { propagationPolicy: policy })) as KubeObject;
      t.deepEqual(held.metadata.finalizers, [finalizer]);
      await client.delete(refTo(made), { propagationPolicy: 'Background' });
      await refused(t, client.get(refTo(made)), 404, 'NotFound');
    }
    const nonsense = { propagationPolicy: 'Sideways' as 'Orphan' };
    await client.create<ConfigMap>(configMap(namespace, 'a'));
    await refused(t, client.delete({ ...CONFIG_MAP, namespace, name: 'a' }, nonsense), 422, 'Invalid');
  },

  'a collection is deleted by selector, in its namespace only': async (t, { client }, namespace) => {
    for (const name of ['a', 'b'])
      await client.create<ConfigMap>(configMap(namespace, name, {}, { labels: { go: 'yes' } }));
    await client.create<ConfigMap>(configMap(namespace, 'c'));
    await client.create<ConfigMap>(configMap('default', `${namespace}-a`, {}, { labels: { go: 'yes' } }));
    await client.deleteCollection(CONFIG_MAP, { namespace, labelSelector: 'go=yes' });
    t.deepEqual(
      (await client.list(CONFIG_MAP, { namespace })).items.map(({ metadata }) => metadata.name),
      ['c'],
    );
    await client.delete({ ...CONFIG_MAP, namespace: 'default', name: `${namespace}-a` });
    await refused(t, client.deleteCollection(NAMESPACE), 405, 'MethodNotAllowed');
  },

  'protected namespaces stay': async (t, { client }) => {
    for (const name of ['default', 'kube-system', 'kube-public']) {
      const status = await refused(t, client.delete({ ...NAMESPACE, name }), 403, 'Forbidden');
      t.regex(status.message ?? '', /this namespace may not be deleted$/);
    }
  },

  'a namespace on its way out takes nothing new, and goes when it is finalized': async (t, { client }) => {
    const { metadata } = await client.create<Namespace>({ ...NAMESPACE, metadata: { generateName: 'gone-' } });
    const ref = { ...NAMESPACE, name: metadata.name };
    const held = (await client.delete(ref)) as Namespace;
    t.is(held.status?.phase, 'Terminating');
    const status = await refused(t, client.create(configMap(metadata.name, 'a')), 403, 'Forbidden');
    t.is(status.details?.causes?.[0]?.reason, 'NamespaceTerminating');
    await client.patch(ref, { spec: { finalizers: [] } }, { type: 'merge' });
    t.deepEqual((await client.get<Namespace>(ref)).spec, { finalizers: ['kubernetes'] });
    await client.patch(ref, { spec: { finalizers: [] } }, { type: 'merge', subresource: 'finalize' });
    await refused(t, client.get(ref), 404, 'NotFound');
  },

  'owners need apiVersion, kind, name and uid, and only one controls': async (t, { client }, namespace) => {
    const owner = { apiVersion: 'v1', kind: 'ConfigMap', name: 'o', uid: 'u1', controller: true };
    const owned = (...ownerReferences: (typeof owner)[]) =>
      client.create(configMap(namespace, 'a', {}, { ownerReferences }));
    await refused(t, owned({ ...owner, uid: '' }), 422, 'Invalid');
    await refused(t, owned(owner, { ...owner, uid: 'u2' }), 422, 'Invalid');
    await t.notThrowsAsync(owned(owner));
  },
};
