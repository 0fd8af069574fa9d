import test from 'ava';
import { World, gadget, identity } from './world.ts';
import { recordUpdate } from '../../../api/apply/record-update.ts';
import type { JsonObject } from '../../../schemas/object.ts';

test('a create owns all it brought, defaults included, and marks maps and items', (t) => {
  const world = new World();
  world.update('kubectl-create', {
    metadata: { name: 'g', uid: 'u', resourceVersion: '5', labels: { a: 'b' } },
    spec: { env: { x: '1' }, tags: ['t'], ports: [{ name: 'p' }], args: ['a'] },
  });
  t.deepEqual(world.managedFields, [
    {
      manager: 'kubectl-create',
      operation: 'Update',
      apiVersion: 'x.dev/v1',
      time: '2026-01-01T00:00:01Z',
      fieldsType: 'FieldsV1',
      fieldsV1: {
        'f:metadata': { 'f:labels': { '.': {}, 'f:a': {} } },
        'f:spec': {
          '.': {},
          'f:args': {},
          'f:color': {},
          'f:env': { '.': {}, 'f:x': {} },
          'f:ports': { '.': {}, 'k:{"name":"p"}': { '.': {}, 'f:name': {}, 'f:protocol': {} } },
          'f:tags': { '.': {}, 'v:"t"': {} },
        },
      },
    },
  ]);
});

test('an update that changes nothing leaves entries and times alone', (t) => {
  const world = new World();
  world.update('a', { spec: { size: 1 } });
  const before = world.managedFields;
  world.update('b', { spec: { size: 1 } });
  t.is(world.managedFields, before);
});

test('an update takes what it changes, and only the changed entries are new', (t) => {
  const world = new World();
  world.update('a', { spec: { size: 1, env: { x: '1' } } });
  world.update('b', { spec: { size: 2, env: { x: '1' } } });
  const [a] = world.managedFields;
  world.update('b', { spec: { size: 3, env: { x: '1' } } });
  t.is(world.managedFields[0], a);
  t.deepEqual(world.owners, [
    'a Update {"f:spec":{".":{},"f:color":{},"f:env":{".":{},"f:x":{}}}}',
    'b Update {"f:spec":{"f:size":{}}}',
  ]);
  t.is(world.managedFields[1]?.['time'], '2026-01-01T00:00:03Z');
});

test('a manager has one entry for each version and each subresource', (t) => {
  const world = new World();
  world.update('m', { spec: { size: 1 } });
  world.update('m', { spec: { size: 2 } }, { apiVersion: 'x.dev/v2' });
  world.update('m', { status: { phase: 'up' } }, { subresource: 'status' });
  t.deepEqual(
    world.managedFields.map(({ apiVersion, subresource }) => [apiVersion, subresource]),
    [
      ['x.dev/v1', undefined],
      ['x.dev/v2', undefined],
      ['x.dev/v1', 'status'],
    ],
  );
});

test('status belongs to writes of status', (t) => {
  const world = new World();
  world.update('m', { spec: { size: 1 }, status: { phase: 'x' } });
  t.deepEqual(world.owners, ['m Update {"f:spec":{".":{},"f:color":{},"f:size":{}}}']);
  world.update('ctl', { status: { phase: 'up' } }, { subresource: 'status' });
  t.is(world.owners[1], 'ctl Update status {"f:status":{"f:phase":{}}}');
});

test('a sent [{}] clears, and nothing is tracked until somebody applies', (t) => {
  const world = new World();
  world.update('a', { spec: { size: 1 } });
  world.update('b', { metadata: { name: 'g', managedFields: [{}] } });
  t.false(Object.hasOwn(world.metadata, 'managedFields'));
  world.update('c', { spec: { size: 2 } });
  t.deepEqual(world.managedFields, []);
});

test('managedFields that are left out, empty or unreadable are not lost', (t) => {
  for (const managedFields of [undefined, [], [{ manager: 'x', operation: 'Nope' }], 'junk']) {
    const world = new World();
    world.update('a', { spec: { size: 1 } });
    const before = world.owners;
    world.update('b', { metadata: { name: 'g', ...(managedFields === undefined ? {} : { managedFields }) } });
    t.deepEqual(world.owners, before);
  }
});

test('sent managedFields replace the stored ones, so that they can be edited', (t) => {
  const world = new World();
  world.update('a', { spec: { size: 1 } });
  const entry = {
    manager: 'edited',
    operation: 'Apply',
    apiVersion: 'x.dev/v1',
    fieldsV1: { 'f:spec': { 'f:size': {} } },
  };
  world.update('b', { metadata: { name: 'g', managedFields: [entry] } });
  t.deepEqual(world.owners, ['edited Apply {"f:spec":{"f:size":{}}}']);
});

test('a write of status cannot edit managedFields', (t) => {
  const world = new World();
  world.update('a', { spec: { size: 1 } });
  world.update(
    'ctl',
    { metadata: { name: 'g', managedFields: [{}] }, status: { phase: 'x' } },
    { subresource: 'status' },
  );
  t.is(world.managedFields.length, 2);
});

test('more than ten updaters: the oldest of one version share an entry', (t) => {
  const world = new World();
  for (let i = 0; i < 14; i++) {
    const env = { ...(world.spec['env'] as object | undefined), [`k${String(i)}`]: 'v' };
    world.update(`m${String(i).padStart(2, '0')}`, { spec: { env } });
  }
  t.deepEqual(
    world.managedFields.map(({ manager }) => manager),
    ['ancient-changes', 'm05', 'm06', 'm07', 'm08', 'm09', 'm10', 'm11', 'm12', 'm13'],
  );
  const ancient = world.managedFields[0]?.['fieldsV1'] as Record<string, Record<string, object>>;
  t.deepEqual(Object.keys(ancient['f:spec']?.['f:env'] ?? {}), ['.', 'f:k0', 'f:k1', 'f:k2', 'f:k3', 'f:k4']);
});

test('appliers do not count against the ten', (t) => {
  const world = new World();
  for (let i = 0; i < 14; i++) world.apply(`m${String(i)}`, { spec: { env: { [`k${String(i)}`]: 'v' } } });
  t.is(world.managedFields.length, 14);
});

test('a wrong list with two items of one identity is tracked as one', (t) => {
  const world = new World();
  world.update('a', { spec: { tags: ['x', 'x'] } });
  world.update('b', { spec: { tags: ['x'] } });
  t.true(world.owners.some((line) => line.startsWith('b Update') && line.includes('v:\\"x\\"')));
});

test('an ordinary create and an ordinary status write cost well under 0.3 ms', (t) => {
  const env = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`NAME_${String(i)}`, `value ${String(i)}`]));
  const object: JsonObject = { ...identity, spec: { size: 1, color: 'red', env, tags: ['a', 'b'] } };
  const request = { schema: gadget, manager: 'm', apiVersion: 'x.dev/v1', now: '2026-01-01T00:00:00Z' };
  const live = recordUpdate({ ...request, live: undefined, updated: object });
  const usual = (write: () => void): number => {
    const times = Array.from({ length: 300 }, () => {
      const start = performance.now();
      write();
      return performance.now() - start;
    });
    return times.sort((a, b) => a - b)[30] ?? Infinity;
  };
  t.true(usual(() => recordUpdate({ ...request, live: undefined, updated: object })) < 0.3);
  t.true(usual(() => recordUpdate({ ...request, live, updated: { ...live, status: { phase: 'x' } } })) < 0.3);
});
