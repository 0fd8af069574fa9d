import test from 'ava';
import type { PlanContext } from '../../../controllers/engine/contract.ts';
import { foretellSync } from '../../../controllers/sync/foretell.ts';
import type { Sync } from '../../../schemas/gen/types.ts';

const sync = (spec: Partial<Sync['spec']> = {}, deletionTimestamp?: string): Sync => ({
  apiVersion: 'tsmoby.dev/v1alpha1',
  kind: 'Sync',
  metadata: {
    name: 'infra',
    namespace: 'default',
    uid: 'u',
    resourceVersion: '1',
    creationTimestamp: '2026-01-01T00:00:00Z',
    ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }),
  },
  spec: { source: { git: { url: 'https://bob:hunter2@example.org/infra' } }, ...spec },
});

/** As if `present` were there. */
const context = (present?: Sync) => ({ before: { get: () => present, list: () => [] } }) as unknown as PlanContext;

const text = (object: Sync, present?: Sync): readonly string[] => {
  const { action, message, steps } = foretellSync(object, context(present));
  return [`${action} ${message}`, ...steps.map(({ type, target = '' }) => `${type} ${target}`.trim())];
};

test('a Sync that is made fetches and applies; nobody who fetches is named', (t) => {
  t.deepEqual(text(sync()), [
    'Create made: its source is fetched and applied',
    'Fetch https://example.org/infra',
    'Apply',
  ]);
});

test('a changed one does so again, an unchanged or suspended one does nothing', (t) => {
  t.is(text(sync({ prune: false }), sync())[0], 'Update fetched and applied again, because spec.prune changed');
  t.deepEqual(text(sync(), sync()), ['None it is as it is to be']);
  t.deepEqual(text(sync({ suspend: true }), sync()), ['None suspended: everything is left as it is']);
});

test('a deletion takes its objects along, or leaves them', (t) => {
  t.deepEqual(text(sync({}, 'now'), sync()), ['Delete deleted, and its objects with it', 'Prune infra']);
  t.deepEqual(text(sync({ deletionPolicy: 'Orphan' }, 'now'), sync()), [
    'Delete deleted: its objects stay, and belong to nobody',
    'Release infra',
  ]);
});
