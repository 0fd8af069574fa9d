import test from 'ava';
import { ApplyConflict, ApplyInvalid } from '../../../api/apply/conflict.ts';
import { ManagedFieldsError } from '../../../api/apply/managers.ts';
import { World } from './world.ts';

/** A write of the story: who, with which operation, what. */
type Step =
  | readonly ['apply' | 'force', string, object]
  | readonly ['update', string, object]
  | readonly ['conflict', string, object, string];

interface Story {
  readonly steps: readonly Step[];
  readonly spec: object;
  readonly owners: readonly string[];
}

const story = test.macro({
  exec(t, { steps, spec, owners }: Story) {
    const world = new World();
    for (const [verb, manager, given, message] of steps) {
      if (verb === 'update') world.update(manager, { spec: given });
      else if (verb === 'conflict') {
        const before = world.live;
        t.throws(() => world.apply(manager, { spec: given }), { instanceOf: ApplyConflict, message });
        t.is(world.live, before);
      } else world.apply(manager, { spec: given }, { force: verb === 'force' });
    }
    const { color, ...rest } = world.spec as Record<string, unknown>;
    t.deepEqual(color === 'red' ? rest : { ...rest, color }, spec);
    t.deepEqual(world.owners, owners);
  },
  title: (name) => `apply: ${name ?? ''}`,
});

test('the first applier owns what it applied, and no parents', story, {
  steps: [['apply', 'alpha', { env: { x: '1' }, nested: { deeper: { b: 'y' } } }]],
  spec: { env: { x: '1' }, nested: { deeper: { b: 'y' } } },
  owners: ['alpha Apply {"f:spec":{"f:env":{"f:x":{}},"f:nested":{"f:deeper":{"f:b":{}}}}}'],
});
test('another value of an owned field is a conflict', story, {
  steps: [
    ['apply', 'alpha', { env: { x: '1' } }],
    ['conflict', 'beta', { env: { x: '2' } }, 'Apply failed with 1 conflict: conflict with "alpha": .spec.env.x'],
  ],
  spec: { env: { x: '1' } },
  owners: ['alpha Apply {"f:spec":{"f:env":{"f:x":{}}}}'],
});
test('several conflicts are told by owner', story, {
  steps: [
    ['apply', 'beta', { env: { x: '1' } }],
    ['apply', 'alpha', { env: { x: '1', y: '1' } }],
    [
      'conflict',
      'gamma',
      { env: { x: '2', y: '2' } },
      'Apply failed with 3 conflicts: conflicts with "alpha":\n- .spec.env.x\n- .spec.env.y\nconflicts with "beta":\n- .spec.env.x',
    ],
  ],
  spec: { env: { x: '1', y: '1' } },
  owners: ['beta Apply {"f:spec":{"f:env":{"f:x":{}}}}', 'alpha Apply {"f:spec":{"f:env":{"f:x":{},"f:y":{}}}}'],
});
test('force takes the field from all others', story, {
  steps: [
    ['apply', 'alpha', { env: { x: '1', y: '1' } }],
    ['apply', 'beta', { env: { x: '1' } }],
    ['force', 'gamma', { env: { x: '2' } }],
  ],
  spec: { env: { x: '2', y: '1' } },
  owners: ['alpha Apply {"f:spec":{"f:env":{"f:y":{}}}}', 'gamma Apply {"f:spec":{"f:env":{"f:x":{}}}}'],
});
test('the same value is owned by both, and stays when one lets go', story, {
  steps: [
    ['apply', 'alpha', { env: { x: '1', y: '1' } }],
    ['apply', 'beta', { env: { x: '1' } }],
    ['apply', 'alpha', { env: { y: '1' } }],
  ],
  spec: { env: { x: '1', y: '1' } },
  owners: ['beta Apply {"f:spec":{"f:env":{"f:x":{}}}}', 'alpha Apply {"f:spec":{"f:env":{"f:y":{}}}}'],
});
test('what the applier leaves out goes when nobody else owns it', story, {
  steps: [
    ['apply', 'alpha', { env: { x: '1', y: '1' }, size: 3 }],
    ['apply', 'alpha', { env: { y: '1' } }],
  ],
  spec: { env: { y: '1' } },
  owners: ['alpha Apply {"f:spec":{"f:env":{"f:y":{}}}}'],
});
test('a map goes with its last key', story, {
  steps: [
    ['apply', 'alpha', { env: { x: '1' }, nested: { deeper: { b: 'y' } }, size: 1 }],
    ['apply', 'alpha', { size: 1 }],
  ],
  spec: { size: 1 },
  owners: ['alpha Apply {"f:spec":{"f:size":{}}}'],
});
test('a left out field with a default falls back to it, and the default is nobody’s', story, {
  steps: [
    ['apply', 'alpha', { color: 'blue', size: 1 }],
    ['apply', 'alpha', { size: 1 }],
    ['apply', 'beta', { color: 'green' }],
  ],
  spec: { size: 1, color: 'green' },
  owners: ['alpha Apply {"f:spec":{"f:size":{}}}', 'beta Apply {"f:spec":{"f:color":{}}}'],
});
test('an update takes the field from its applier, marks what it made, and conflicts name it with its version', story, {
  steps: [
    ['apply', 'alpha', { size: 1 }],
    ['update', 'kubectl-patch', { size: 2, env: { a: 'b' } }],
    [
      'conflict',
      'alpha',
      { size: 1 },
      'Apply failed with 1 conflict: conflict with "kubectl-patch" using x.dev/v1: .spec.size',
    ],
  ],
  spec: { size: 2, env: { a: 'b' } },
  owners: ['kubectl-patch Update {"f:spec":{"f:env":{".":{},"f:a":{}},"f:size":{}}}'],
});
test('what an update removes is removed from its owners', story, {
  steps: [
    ['apply', 'alpha', { size: 1, env: { a: 'b', c: 'd' } }],
    ['update', 'other', { size: 1, env: { a: 'b' } }],
  ],
  spec: { size: 1, env: { a: 'b' } },
  owners: ['alpha Apply {"f:spec":{"f:env":{"f:a":{}},"f:size":{}}}'],
});
test('an applier that leaves out what an update owns too leaves it there', story, {
  steps: [
    ['update', 'creator', { env: { a: '1' } }],
    ['apply', 'alpha', { env: { a: '1', b: '2' } }],
    ['apply', 'alpha', {}],
  ],
  spec: { env: { a: '1' } },
  owners: ['alpha Apply {"f:spec":{}}', 'creator Update {"f:spec":{".":{},"f:color":{},"f:env":{".":{},"f:a":{}}}}'],
});
test('items of a keyed list have owners one by one, key and item included', story, {
  steps: [
    ['apply', 'alpha', { ports: [{ name: 'http', port: 80 }] }],
    ['apply', 'beta', { ports: [{ name: 'https', port: 443 }] }],
    [
      'conflict',
      'gamma',
      { ports: [{ name: 'https', port: 444 }] },
      'Apply failed with 1 conflict: conflict with "beta": .spec.ports[name="https"].port',
    ],
  ],
  spec: {
    ports: [
      { name: 'http', port: 80, protocol: 'TCP' },
      { name: 'https', port: 443, protocol: 'TCP' },
    ],
  },
  owners: [
    'alpha Apply {"f:spec":{"f:ports":{"k:{\\"name\\":\\"http\\"}":{".":{},"f:name":{},"f:port":{}}}}}',
    'beta Apply {"f:spec":{"f:ports":{"k:{\\"name\\":\\"https\\"}":{".":{},"f:name":{},"f:port":{}}}}}',
  ],
});
test('an item goes with its owner, with the defaults in it', story, {
  steps: [
    [
      'apply',
      'alpha',
      {
        ports: [
          { name: 'a', port: 1 },
          { name: 'b', port: 2 },
        ],
      },
    ],
    ['apply', 'beta', { ports: [{ name: 'c', port: 3 }] }],
    ['apply', 'alpha', { ports: [{ name: 'b', port: 2 }] }],
  ],
  spec: {
    ports: [
      { name: 'b', port: 2, protocol: 'TCP' },
      { name: 'c', port: 3, protocol: 'TCP' },
    ],
  },
  owners: [
    'beta Apply {"f:spec":{"f:ports":{"k:{\\"name\\":\\"c\\"}":{".":{},"f:name":{},"f:port":{}}}}}',
    'alpha Apply {"f:spec":{"f:ports":{"k:{\\"name\\":\\"b\\"}":{".":{},"f:name":{},"f:port":{}}}}}',
  ],
});
test('an item that two own loses only one owner’s fields', story, {
  steps: [
    ['apply', 'alpha', { ports: [{ name: 'a', port: 1 }] }],
    ['apply', 'beta', { ports: [{ name: 'a', protocol: 'UDP' }] }],
    ['apply', 'alpha', {}],
  ],
  spec: { ports: [{ name: 'a', protocol: 'UDP' }] },
  owners: [
    'beta Apply {"f:spec":{"f:ports":{"k:{\\"name\\":\\"a\\"}":{".":{},"f:name":{},"f:protocol":{}}}}}',
    'alpha Apply {"f:spec":{}}',
  ],
});
test('a missing key field counts with its default', story, {
  steps: [
    ['apply', 'alpha', { byProto: [{ port: 53 }, { port: 53, protocol: 'UDP' }] }],
    ['apply', 'beta', { byProto: [{ port: 53, protocol: 'TCP', name: 'dns' }] }],
  ],
  spec: {
    byProto: [
      { port: 53, protocol: 'TCP', name: 'dns' },
      { port: 53, protocol: 'UDP' },
    ],
  },
  owners: [
    'alpha Apply {"f:spec":{"f:byProto":{"k:{\\"port\\":53,\\"protocol\\":\\"TCP\\"}":{".":{},"f:port":{}},"k:{\\"port\\":53,\\"protocol\\":\\"UDP\\"}":{".":{},"f:port":{},"f:protocol":{}}}}}',
    'beta Apply {"f:spec":{"f:byProto":{"k:{\\"port\\":53,\\"protocol\\":\\"TCP\\"}":{".":{},"f:name":{},"f:port":{},"f:protocol":{}}}}}',
  ],
});
test('members of a set have owners one by one', story, {
  steps: [
    ['apply', 'alpha', { tags: ['a', 'b'] }],
    ['apply', 'beta', { tags: ['b', 'c'] }],
    ['apply', 'alpha', { tags: ['a'] }],
    ['apply', 'alpha', {}],
  ],
  spec: { tags: ['b', 'c'] },
  owners: ['beta Apply {"f:spec":{"f:tags":{"v:\\"b\\"":{},"v:\\"c\\"":{}}}}', 'alpha Apply {"f:spec":{}}'],
});
test('the applied order wins, and items of others keep their place', story, {
  steps: [
    ['apply', 'alpha', { tags: ['a', 'b', 'c'] }],
    ['apply', 'beta', { tags: ['x', 'c', 'a', 'y'] }],
  ],
  spec: { tags: ['b', 'x', 'c', 'a', 'y'] },
  owners: [
    'alpha Apply {"f:spec":{"f:tags":{"v:\\"a\\"":{},"v:\\"b\\"":{},"v:\\"c\\"":{}}}}',
    'beta Apply {"f:spec":{"f:tags":{"v:\\"a\\"":{},"v:\\"c\\"":{},"v:\\"x\\"":{},"v:\\"y\\"":{}}}}',
  ],
});
test('an atomic list has one owner as a whole', story, {
  steps: [
    ['apply', 'alpha', { args: ['a', 'b'] }],
    ['conflict', 'beta', { args: ['a'] }, 'Apply failed with 1 conflict: conflict with "alpha": .spec.args'],
    ['force', 'beta', { args: ['a'] }],
  ],
  spec: { args: ['a'] },
  owners: ['beta Apply {"f:spec":{"f:args":{}}}'],
});
test('an atomic map has one owner as a whole', story, {
  steps: [
    ['apply', 'alpha', { ref: { name: 'n' } }],
    [
      'conflict',
      'beta',
      { ref: { name: 'n', kind: 'k' } },
      'Apply failed with 1 conflict: conflict with "alpha": .spec.ref',
    ],
  ],
  spec: { ref: { name: 'n' } },
  owners: ['alpha Apply {"f:spec":{"f:ref":{}}}'],
});
test('a map of maps marks its keys', story, {
  steps: [
    ['apply', 'alpha', { groups: { g: { x: '1' } } }],
    ['apply', 'beta', { groups: { g: { y: '2' } } }],
    ['apply', 'alpha', {}],
  ],
  spec: { groups: { g: { y: '2' } } },
  owners: ['beta Apply {"f:spec":{"f:groups":{"f:g":{".":{},"f:y":{}}}}}', 'alpha Apply {"f:spec":{}}'],
});
test('parts without a schema are granular maps and atomic lists', story, {
  steps: [
    ['apply', 'alpha', { open: { m: { a: 1 }, l: [1, 2] } }],
    ['apply', 'beta', { open: { m: { b: 2 } } }],
    ['conflict', 'beta', { open: { l: [1] } }, 'Apply failed with 1 conflict: conflict with "alpha": .spec.open.l'],
  ],
  spec: { open: { m: { a: 1, b: 2 }, l: [1, 2] } },
  owners: [
    'alpha Apply {"f:spec":{"f:open":{"f:l":{},"f:m":{".":{},"f:a":{}}}}}',
    'beta Apply {"f:spec":{"f:open":{"f:m":{".":{},"f:b":{}}}}}',
  ],
});
test('a map that somebody else owns itself stays when it is emptied', story, {
  steps: [
    ['update', 'creator', { env: {} }],
    ['apply', 'alpha', { env: { a: '1' } }],
    ['apply', 'alpha', { size: 1 }],
  ],
  spec: { env: {}, size: 1 },
  owners: ['alpha Apply {"f:spec":{"f:size":{}}}', 'creator Update {"f:spec":{".":{},"f:color":{},"f:env":{}}}'],
});
test('an empty map is a leaf that can be owned', story, {
  steps: [['apply', 'alpha', { env: {} }]],
  spec: { env: {} },
  owners: ['alpha Apply {"f:spec":{"f:env":{}}}'],
});

test('an apply that changes nothing gives back the stored object, time included', (t) => {
  const world = new World();
  world.apply('alpha', { spec: { size: 1, tags: ['a'], ports: [{ name: 'p', port: 1 }], color: 'red' } });
  const stored = world.live ?? {};
  const again = world.apply('alpha', { spec: { size: 1, tags: ['a'], ports: [{ name: 'p', port: 1 }], color: 'red' } });
  t.is(again.object, stored);
  t.false(again.managedFieldsChanged);
});

test('an apply with the same values by another manager changes only managedFields', (t) => {
  const world = new World();
  world.apply('alpha', { spec: { size: 1 } });
  const again = world.apply('beta', { spec: { size: 1 } });
  t.true(again.managedFieldsChanged);
  t.deepEqual(
    world.managedFields.map(({ manager, time }) => [manager, time]),
    [
      ['alpha', '2026-01-01T00:00:01Z'],
      ['beta', '2026-01-01T00:00:02Z'],
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
