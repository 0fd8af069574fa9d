import test from 'ava';
import { isUnchanged } from '../../cli/commands/apply/is-unchanged.ts';
import type { ManagedFieldsEntry, ObjectMeta } from '../../schemas/object.ts';

const CONTAINER = { apiVersion: 'tsmoby.dev/v1alpha1', kind: 'Container' };

const entry = (manager: string, field: string, more: Partial<ManagedFieldsEntry> = {}): ManagedFieldsEntry => ({
  manager,
  operation: 'Apply',
  apiVersion: 'tsmoby.dev/v1alpha1',
  fieldsType: 'FieldsV1',
  fieldsV1: { [`f:${field}`]: {} },
  ...more,
});

const BEFORE: ObjectMeta = {
  name: 'web',
  uid: 'u',
  resourceVersion: '7',
  generation: 1,
  creationTimestamp: '2026-01-01T00:00:00Z',
  labels: { app: 'web' },
  managedFields: [
    entry('tsmoby', 'image'),
    entry('controller', 'state', { operation: 'Update', subresource: 'status' }),
  ],
};

const rows: readonly (readonly [string, Partial<ObjectMeta>, boolean])[] = [
  ['a version that stands still', { resourceVersion: '7' }, true],
  ['a version that moved for a status', {}, true],
  [
    'a finalizer of a controller',
    { finalizers: ['x'], managedFields: [entry('tsmoby', 'image'), entry('controller', 'finalizers')] },
    true,
  ],
  ['another spec', { generation: 2 }, false],
  ['another label', { labels: { app: 'site' } }, false],
  ['an annotation', { annotations: { a: 'b' } }, false],
  ['more fields of ours', { managedFields: [entry('tsmoby', 'args')] }, false],
  ['another object of the name', { uid: 'v' }, false],
];

for (const [what, after, unchanged] of rows) {
  test(`${what} is ${unchanged ? 'no' : 'a'} change`, (t) => {
    t.is(isUnchanged(CONTAINER, BEFORE, { ...BEFORE, resourceVersion: '8', ...after }, 'tsmoby'), unchanged);
  });
}

test('without a generation the version decides, except of namespaces, which are metadata alone', (t) => {
  const { generation: _, ...before } = BEFORE;
  const config = { apiVersion: 'v1', kind: 'ConfigMap' };
  t.false(isUnchanged(config, before, { ...before, resourceVersion: '8' }, 'tsmoby'));
  t.true(isUnchanged(config, before, before, 'tsmoby'));
  const namespace = { apiVersion: 'v1', kind: 'Namespace' };
  t.true(isUnchanged(namespace, before, { ...before, resourceVersion: '8' }, 'tsmoby'));
  t.false(isUnchanged(namespace, before, { ...before, resourceVersion: '8', labels: {} }, 'tsmoby'));
});
