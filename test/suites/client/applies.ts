import type { ConfigMap } from '../../../schemas/gen/types.ts';
import type { Widget } from '../../support/widget.ts';
import { CONFIG_MAP, configMap, refTo, refused, widgetIn, type ClientTest } from './harness.ts';

const by = (fieldManager: string) => ({ fieldManager }) as const;

export const applyTests: Readonly<Record<string, ClientTest>> = {
  'an apply creates, then changes, then keeps the version when nothing is new': async (t, { client }, namespace) => {
    const made = await client.apply<ConfigMap>(configMap(namespace, 'a', { n: '1' }), by('x'));
    t.deepEqual(made.data, { n: '1' });
    const next = await client.apply<ConfigMap>(configMap(namespace, 'a', { n: '2' }), by('x'));
    t.is(next.metadata.uid, made.metadata.uid);
    const same = await client.apply<ConfigMap>(configMap(namespace, 'a', { n: '2' }), by('x'));
    t.deepEqual(same, next);
    t.deepEqual(
      next.metadata.managedFields?.map(({ manager, operation }) => [manager, operation]),
      [['x', 'Apply']],
    );
  },

  'two managers own their own fields; a field that one leaves out goes': async (t, { client }, namespace) => {
    await client.apply<ConfigMap>(configMap(namespace, 'a', { x: '1', y: '1' }), by('one'));
    const both = await client.apply<ConfigMap>(configMap(namespace, 'a', { z: '2' }), by('two'));
    t.deepEqual(both.data, { x: '1', y: '1', z: '2' });
    const less = await client.apply<ConfigMap>(configMap(namespace, 'a', { x: '1' }), by('one'));
    t.deepEqual(less.data, { x: '1', z: '2' });
  },

  'a field that somebody else owns is a conflict, unless it is forced': async (t, { client }, namespace) => {
    await client.apply<ConfigMap>(configMap(namespace, 'a', { x: '1' }), by('one'));
    const wish = configMap(namespace, 'a', { x: '2' });
    const status = await refused(t, client.apply<ConfigMap>(wish, by('two')), 409, 'Conflict');
    t.is(status.message, 'Apply failed with 1 conflict: conflict with "one": .data.x');
    t.deepEqual(status.details?.causes, [
      { reason: 'FieldManagerConflict', message: 'conflict with "one"', field: '.data.x' },
    ]);
    const forced = await client.apply<ConfigMap>(wish, { ...by('two'), force: true });
    t.deepEqual(forced.data, { x: '2' });
    t.deepEqual(
      forced.metadata.managedFields?.map(({ manager }) => manager),
      ['two'],
    );
  },

  'a field that an update set conflicts with the updater’s name': async (t, { client }, namespace) => {
    const made = await client.apply<ConfigMap>(configMap(namespace, 'a', { x: '1' }), by('one'));
    await client.patch(refTo(made), { data: { x: '2' } }, { type: 'merge', fieldManager: 'kubectl-patch' });
    const status = await refused(
      t,
      client.apply<ConfigMap>(configMap(namespace, 'a', { x: '3' }), by('one')),
      409,
      'Conflict',
    );
    t.regex(status.message ?? '', /conflict with "kubectl-patch" using v1: \.data\.x$/);
  },

  'a status is applied through its subresource with its own ownership': async (t, { client }, namespace) => {
    await client.apply<Widget>(widgetIn(namespace, 'w', { size: 1 }), by('user'));
    const status = { ...widgetIn(namespace, 'w'), status: { seen: 3 } } as Widget;
    const seen = await client.apply<Widget>(status, { ...by('controller'), subresource: 'status' });
    t.deepEqual([seen.spec, seen.status], [{ size: 1 }, { seen: 3 }]);
    const entries = seen.metadata.managedFields?.map(({ manager, subresource }) => `${manager}/${subresource ?? ''}`);
    t.deepEqual(entries?.sort(), ['controller/status', 'user/']);
  },

  'an apply that cannot be meant is refused': async (t, { client }, namespace) => {
    const good = configMap(namespace, 'a', { x: '1' });
    const made = await client.apply<ConfigMap>(good, by('one'));
    await refused(t, client.apply<ConfigMap>(good, by('')), 422, 'Invalid');
    await refused(t, client.apply<ConfigMap>(made, by('one')), 400, 'BadRequest');
    await refused(t, client.apply<ConfigMap>({ ...good, dta: {} } as ConfigMap, by('one')), 400, 'BadRequest');
    await refused(
      t,
      client.apply<ConfigMap>({ ...good, data: { x: 1 } } as unknown as ConfigMap, by('one')),
      400,
      'BadRequest',
    );
    const stale = configMap(namespace, 'a', { x: '2' }, { resourceVersion: '1' });
    await refused(t, client.apply<ConfigMap>(stale, by('one')), 409, 'Conflict');
  },

  'an apply that would change nothing is refused too where it means another state, or another object': async (
    t,
    { client },
    namespace,
  ) => {
    const made = await client.apply<ConfigMap>(configMap(namespace, 'a', { x: '1' }), by('one'));
    const { uid, resourceVersion } = made.metadata;
    const again = (metadata: object) =>
      client.apply<ConfigMap>(configMap(namespace, 'a', { x: '1' }, metadata), by('one'));
    await refused(t, again({ resourceVersion: '1' }), 409, 'Conflict');
    await refused(t, again({ uid: 'another' }), 422, 'Invalid');
    t.deepEqual(await again({ uid, resourceVersion }), made);
  },

  'with a version that no object can have, an apply creates what is not there, and touches nothing that is': async (
    t,
    { client },
    namespace,
  ) => {
    const fresh = (n: string) => configMap(namespace, 'a', { n }, { resourceVersion: '1' });
    const made = await client.apply<ConfigMap>(fresh('1'), by('one'));
    t.deepEqual([made.data, made.metadata.managedFields?.map(({ operation }) => operation)], [{ n: '1' }, ['Apply']]);
    await refused(t, client.apply<ConfigMap>(fresh('2'), { ...by('one'), force: true }), 409, 'Conflict');
    t.deepEqual(await client.get(refTo(made)), made);
  },

  'an apply that names a uid does not make an object anew': async (t, { client }, namespace) => {
    const made = await client.apply<ConfigMap>(configMap(namespace, 'a', { x: '1' }), by('one'));
    await client.delete(refTo(made));
    const { uid, resourceVersion } = made.metadata;
    const again = configMap(namespace, 'a', { x: '1' }, { uid, resourceVersion });
    const { message } = await refused(t, client.apply<ConfigMap>(again, by('one')), 409, 'Conflict');
    t.regex(message ?? '', new RegExp(`specified uid ${uid}, and no existing object was found$`));
  },

  'a dry apply stores nothing': async (t, { client }, namespace) => {
    const dry = await client.apply<ConfigMap>(configMap(namespace, 'a', { x: '1' }), { ...by('one'), dryRun: true });
    t.deepEqual(dry.data, { x: '1' });
    await refused(t, client.get({ ...CONFIG_MAP, namespace, name: 'a' }), 404, 'NotFound');
  },

  'concurrent appliers of different fields all land': async (t, { client }, namespace) => {
    const keys = Array.from({ length: 12 }, (_, index) => `k${String(index)}`);
    await Promise.all(keys.map((key) => client.apply<ConfigMap>(configMap(namespace, 'a', { [key]: 'x' }), by(key))));
    const { data } = await client.get<ConfigMap>({ ...CONFIG_MAP, namespace, name: 'a' });
    t.deepEqual(Object.keys(data ?? {}).sort(), keys.sort());
  },
};
