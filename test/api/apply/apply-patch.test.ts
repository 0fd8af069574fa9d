import test from 'ava';
import { ApplyConflict, ApplyInvalid } from '../../../api/apply/conflict.ts';
import { ManagedFieldsError } from '../../../api/apply/managers.ts';
import { World } from './world.ts';

test('an apply that changes nothing gives back the stored object, time included', (t) => {
  const world = new World();
  world.apply('alpha', { spec: { size: 1, tags: ['a'], ports: [{ name: 'p', port: 1 }], color: 'red' } });
  const stored = world.live ?? {};
  const again = world.apply('alpha', { spec: { size: 1, tags: ['a'], ports: [{ name: 'p', port: 1 }], color: 'red' } });
  t.is(again.object, stored);
  t.false(again.managedFieldsChanged);
});

test('an apply with the same values by another manager changes only managedFields, and has no time', (t) => {
  const world = new World();
  world.apply('alpha', { spec: { size: 1 } });
  const again = world.apply('beta', { spec: { size: 1 } });
  t.true(again.managedFieldsChanged);
  t.deepEqual(
    world.managedFields.map(({ manager, time }) => [manager, time]),
    [
      ['beta', undefined],
      ['alpha', '2026-01-01T00:00:01Z'],
    ],
  );
});

test('an applier that applies in another version is the same applier', (t) => {
  const world = new World();
  world.apply('alpha', { spec: { size: 1 } });
  t.is(world.managedFields.length, 1);
  t.is(world.managedFields[0]?.['apiVersion'], 'x.dev/v1');
});

test('conflicts come as causes with owner and field', (t) => {
  const world = new World();
  world.apply('alpha', { spec: { ports: [{ name: 'https', port: 1 }] } });
  const conflict = t.throws(() => world.apply('beta', { spec: { ports: [{ name: 'https', port: 2 }] } }), {
    instanceOf: ApplyConflict,
  });
  t.deepEqual(conflict.causes, [
    { reason: 'FieldManagerConflict', message: 'conflict with "alpha"', field: '.spec.ports[name="https"].port' },
  ]);
});

test('two items of one identity cannot be applied', (t) => {
  const world = new World();
  const error = t.throws(() => world.apply('alpha', { spec: { ports: [{ name: 'a' }, { name: 'a', port: 1 }] } }), {
    instanceOf: ApplyInvalid,
  });
  t.is(error.message, '.spec.ports: duplicate entries for key [name="a"]');
});

test('identity and the server’s own metadata are tracked for nobody, labels and finalizers are', (t) => {
  const world = new World();
  world.apply('alpha', {
    metadata: {
      name: 'g',
      namespace: 'n',
      creationTimestamp: null,
      uid: 'u',
      resourceVersion: '1',
      generation: 3,
      labels: { a: 'b' },
      finalizers: ['x/y'],
    },
  });
  t.deepEqual(world.owners, ['alpha Apply {"f:metadata":{"f:finalizers":{"v:\\"x/y\\"":{}},"f:labels":{"f:a":{}}}}']);
  t.deepEqual(Object.keys(world.metadata), ['name', 'namespace', 'labels', 'finalizers', 'managedFields']);
});

test('status cannot be applied through the object, nor anything else through status', (t) => {
  const world = new World();
  world.apply('alpha', { spec: { size: 1 }, status: { phase: 'x' } });
  t.is(world.live?.['status'], undefined);
  world.apply(
    'ctl',
    { spec: { size: 9 }, metadata: { name: 'g', labels: { a: 'b' } }, status: { phase: 'up' } },
    { subresource: 'status' },
  );
  t.deepEqual(world.live?.['status'], { phase: 'up' });
  t.is(world.spec['size'], 1);
  t.is(world.metadata['labels'], undefined);
  t.deepEqual(world.owners, ['alpha Apply {"f:spec":{"f:size":{}}}', 'ctl Apply status {"f:status":{"f:phase":{}}}']);
  t.throws(() => world.apply('x', { status: { phase: 'down' } }, { subresource: 'status' }), {
    message: 'Apply failed with 1 conflict: conflict with "ctl" with subresource "status": .status.phase',
  });
});

const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

const clientSideApplied = (configuration: object, spec: object): World => {
  const world = new World();
  world.update('kubectl-client-side-apply', {
    metadata: { name: 'g', annotations: { [lastApplied]: JSON.stringify(configuration) } },
    spec,
  });
  return world;
};

test('kubectl takes over from its client-side apply without a conflict, and keeps the annotation true', (t) => {
  const world = clientSideApplied({ spec: { size: 1 } }, { size: 1 });
  world.apply('kubectl', { spec: { size: 2 } });
  t.is(world.spec['size'], 2);
  const annotations = world.metadata['annotations'] as Record<string, string>;
  t.deepEqual(JSON.parse(annotations[lastApplied] ?? ''), {
    apiVersion: 'x.dev/v1',
    kind: 'Gadget',
    metadata: { name: 'g' },
    spec: { size: 2 },
  });
});

test('once the annotation is true, the same apply by kubectl changes nothing', (t) => {
  const world = clientSideApplied({ spec: { size: 1 } }, { size: 1 });
  world.apply('kubectl', { spec: { size: 1 } });
  const stored = world.live ?? {};
  t.is(world.apply('kubectl', { spec: { size: 1 } }).object, stored);
});

test('kubectl takes over integers beyond 2^53 too', (t) => {
  const world = new World();
  const annotations = { [lastApplied]: '{"spec":{"size":9007199254740993}}' };
  world.update('kubectl-client-side-apply', {
    metadata: { name: 'g', annotations },
    spec: { size: 9007199254740993n },
  });
  world.apply('kubectl', { spec: { size: 9007199254740995n } });
  t.is(world.spec['size'], 9007199254740995n);
  t.regex(String((world.metadata['annotations'] as Record<string, string>)[lastApplied]), /9007199254740995/);
});

test('kubectl does not take over what somebody changed since, nor from an annotation that cannot be read', (t) => {
  const world = clientSideApplied({ spec: { size: 1 } }, { size: 1 });
  world.update('other', { spec: { size: 5 } });
  t.throws(() => world.apply('kubectl', { spec: { size: 2 } }), { instanceOf: ApplyConflict });
  const broken = new World();
  broken.update('x', { metadata: { name: 'g', annotations: { [lastApplied]: '{' } }, spec: { size: 1 } });
  t.throws(() => broken.apply('kubectl', { spec: { size: 2 } }), { instanceOf: ApplyConflict });
});

test('kubectl still conflicts over fields that its annotation does not know', (t) => {
  const world = clientSideApplied({ spec: { size: 1 } }, { size: 1, color: 'blue' });
  t.throws(() => world.apply('kubectl', { spec: { size: 2, color: 'green' } }), {
    message: 'Apply failed with 1 conflict: conflict with "kubectl-client-side-apply" using x.dev/v1: .spec.color',
  });
});

test('other managers do not take over', (t) => {
  const world = clientSideApplied({ spec: { size: 1 } }, { size: 1 });
  t.throws(() => world.apply('flux', { spec: { size: 2 } }), { instanceOf: ApplyConflict });
});

test('on an object without managedFields, what is there belongs to nobody known before the first apply', (t) => {
  const world = new World();
  world.update('creator', { spec: { size: 1 } });
  world.update('cleaner', { metadata: { name: 'g', managedFields: [{}] } });
  t.deepEqual(world.managedFields, []);
  t.throws(() => world.apply('alpha', { spec: { size: 2 } }), {
    message: 'Apply failed with 1 conflict: conflict with "before-first-apply" using x.dev/v1: .spec.size',
  });
  world.apply('alpha', { spec: { size: 1 } });
  t.deepEqual(world.owners, [
    'alpha Apply {"f:spec":{"f:size":{}}}',
    'before-first-apply Update {"f:spec":{".":{},"f:color":{},"f:size":{}}}',
  ]);
});

test('stored managedFields that cannot be read are said, with their place', (t) => {
  const world = new World();
  world.live = {
    metadata: { name: 'g', managedFields: [{ manager: 'a', operation: 'Apply', fieldsV1: { bad: {} } }] },
  };
  t.throws(() => world.apply('alpha', { spec: { size: 1 } }), {
    instanceOf: ManagedFieldsError,
    message: /^metadata\.managedFields\[0\]: "bad" is no step/,
  });
});

test('keys named like members of prototypes are applied, owned and removed like any other', (t) => {
  const world = new World();
  world.apply('alpha', JSON.parse('{"spec":{"env":{"__proto__":"1","constructor":"2","toString":"3"}}}') as object);
  t.is(JSON.stringify(world.spec['env']), '{"__proto__":"1","constructor":"2","toString":"3"}');
  t.deepEqual(world.owners, ['alpha Apply {"f:spec":{"f:env":{"f:__proto__":{},"f:constructor":{},"f:toString":{}}}}']);
  world.apply('alpha', JSON.parse('{"spec":{"env":{"constructor":"2"}}}') as object);
  t.is(JSON.stringify(world.spec['env']), '{"constructor":"2"}');
});

test('parts without a schema may nest 900 levels', (t) => {
  let deep: object = { leaf: 1 };
  for (let i = 0; i < 900; i++) deep = { a: deep };
  const world = new World();
  world.apply('alpha', { spec: { open: deep } });
  const stored = world.live ?? {};
  t.is(world.apply('alpha', { spec: { open: deep } }).object, stored);
  t.throws(() => world.apply('beta', { spec: { open: { a: 1 } } }), { instanceOf: ApplyConflict });
});
