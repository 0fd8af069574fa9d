import type { ConfigMap } from '../../../schemas/gen/types.ts';
import type { Widget } from '../../support/widget.ts';
import { configMap, refTo, refused, widgetIn, type ClientTest } from './harness.ts';

export const patchTests: Readonly<Record<string, ClientTest>> = {
  'a JSON patch changes what its tests allow': async (t, { client }, namespace) => {
    const ref = refTo(await client.create<ConfigMap>(configMap(namespace, 'a', { n: '1' })));
    const steps = [
      { op: 'test', path: '/data/n', value: '1' },
      { op: 'replace', path: '/data/n', value: '2' },
      { op: 'add', path: '/data/m', value: '3' },
    ];
    t.deepEqual((await client.patch<ConfigMap>(ref, steps, { type: 'json' })).data, { n: '2', m: '3' });
    const status = await refused(t, client.patch(ref, steps, { type: 'json' }), 422, 'Invalid');
    t.regex(status.message ?? '', /^the server rejected our request due to an error in our request/);
    await refused(t, client.patch(ref, { op: 'test' }, { type: 'json' }), 400, 'BadRequest');
  },

  'a merge patch lays over and takes away': async (t, { client }, namespace) => {
    const ref = refTo(await client.create<ConfigMap>(configMap(namespace, 'a', { n: '1', m: '2' })));
    t.deepEqual((await client.patch<ConfigMap>(ref, { data: { n: null, o: '3' } }, { type: 'merge' })).data, {
      m: '2',
      o: '3',
    });
  },

  'a strategic patch joins finalizers of built-in kinds, and is refused for ours': async (t, { client }, namespace) => {
    const made = await client.create<ConfigMap>(configMap(namespace, 'a', {}, { finalizers: ['x.io/a'] }));
    const patch = { metadata: { finalizers: ['x.io/b'] } };
    const joined = await client.patch<ConfigMap>(refTo(made), patch, { type: 'strategic' });
    t.deepEqual(joined.metadata.finalizers, ['x.io/b', 'x.io/a']);
    const ours = await client.create<Widget>(widgetIn(namespace, 'w'));
    await refused(t, client.patch(refTo(ours), patch, { type: 'strategic' }), 415, 'UnsupportedMediaType');
  },

  'a patch that names a version is conditional, one that renames is refused': async (t, { client }, namespace) => {
    const made = await client.create<ConfigMap>(configMap(namespace, 'a', { n: '1' }));
    const ref = refTo(made);
    await client.patch(ref, { data: { n: '2' } }, { type: 'merge' });
    const stale = { metadata: { resourceVersion: made.metadata.resourceVersion }, data: { n: '3' } };
    await refused(t, client.patch(ref, stale, { type: 'merge' }), 409, 'Conflict');
    await refused(t, client.patch(ref, { metadata: { name: 'b' } }, { type: 'merge' }), 400, 'BadRequest');
    await refused(t, client.patch(ref, { kind: 'Secret' }, { type: 'merge' }), 400, 'BadRequest');
    await refused(t, client.patch({ ...ref, name: 'none' }, {}, { type: 'merge' }), 404, 'NotFound');
  },

  'thirty patches of different keys at once all land': async (t, { client }, namespace) => {
    const ref = refTo(await client.create<ConfigMap>(configMap(namespace, 'a')));
    const keys = Array.from({ length: 30 }, (_, index) => `k${String(index)}`);
    await Promise.all(keys.map((key) => client.patch(ref, { data: { [key]: 'x' } }, { type: 'merge' })));
    t.deepEqual(Object.keys((await client.get<ConfigMap>(ref)).data ?? {}).sort(), keys.sort());
  },

  'a patch of status leaves the rest alone': async (t, { client }, namespace) => {
    const ref = refTo(await client.create<Widget>(widgetIn(namespace, 'w', { size: 1 })));
    const patch = { spec: { size: 9 }, status: { seen: 4 } };
    const patched = await client.patch<Widget>(ref, patch, { type: 'merge', subresource: 'status' });
    t.deepEqual([patched.spec, patched.status], [{ size: 1 }, { seen: 4 }]);
  },

  'unknown fields in a patch are warned of once': async (t, { client }, namespace) => {
    const ref = refTo(await client.create<Widget>(widgetIn(namespace, 'w', { size: 1 })));
    const warnings: string[] = [];
    const odd = { spec: { color: 'red', colour: 'blue' } };
    await client.patch(ref, odd, { type: 'merge', onWarning: (text) => warnings.push(text) });
    t.deepEqual(warnings, ['unknown field "spec.colour"']);
    await refused(t, client.patch(ref, odd, { type: 'merge', fieldValidation: 'Strict' }), 400, 'BadRequest');
  },
};
