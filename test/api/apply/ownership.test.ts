import test from 'ava';
import { ApplyConflict } from '../../../api/apply/conflict.ts';
import { World, type Ownership } from './world.ts';

/** A write of the story: who, with which operation, what. */
type Step =
  | readonly ['apply' | 'force', string, object]
  | readonly ['update', string, object]
  | readonly ['redefine', string, Partial<Ownership>]
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
      else if (verb === 'redefine') world.redefine(given);
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

test('who owned a part of a map that has become atomic owns the whole, and conflicts over it', story, {
  steps: [
    ['redefine', 'ref is granular', { ref: 'granular' }],
    ['apply', 'alpha', { ref: { name: 'n' } }],
    ['apply', 'beta', { ref: { kind: 'k' } }],
    ['redefine', 'ref is atomic', { ref: 'atomic' }],
    [
      'conflict',
      'gamma',
      { ref: { name: 'm' } },
      'Apply failed with 2 conflicts: conflicts with "alpha":\n- .spec.ref\nconflicts with "beta":\n- .spec.ref',
    ],
    ['force', 'gamma', { ref: { name: 'm' } }],
  ],
  spec: { ref: { name: 'm' } },
  owners: ['gamma Apply {"f:spec":{"f:ref":{}}}'],
});
test('who owned members of a set that has become atomic owns the list', story, {
  steps: [
    ['apply', 'alpha', { tags: ['a', 'b'] }],
    ['update', 'beta', { tags: ['a', 'b', 'c'] }],
    ['redefine', 'tags are atomic', { tags: 'atomic' }],
    ['update', 'gamma', { tags: ['a', 'b', 'c'], size: 1 }],
  ],
  spec: { tags: ['a', 'b', 'c'], size: 1 },
  owners: [
    'alpha Apply {"f:spec":{"f:tags":{}}}',
    'beta Update {"f:spec":{"f:tags":{}}}',
    'gamma Update {"f:spec":{"f:size":{}}}',
  ],
});
test('what an update changes of a list that has become atomic, its former owners lose', story, {
  steps: [
    ['apply', 'alpha', { tags: ['a', 'b'] }],
    ['redefine', 'tags are atomic', { tags: 'atomic' }],
    ['update', 'beta', { tags: ['b'] }],
  ],
  spec: { tags: ['b'] },
  owners: ['beta Update {"f:spec":{"f:tags":{}}}'],
});
test('an applier of a map that has become atomic lets the whole go with its next apply', story, {
  steps: [
    ['redefine', 'ref is granular', { ref: 'granular' }],
    ['apply', 'alpha', { ref: { name: 'n', kind: 'k' }, size: 1 }],
    ['redefine', 'ref is atomic', { ref: 'atomic' }],
    ['apply', 'alpha', { size: 1 }],
  ],
  spec: { size: 1 },
  owners: ['alpha Apply {"f:spec":{"f:size":{}}}'],
});
test('the owner of a map that has become granular owns what it owned, and not what is in it', story, {
  steps: [
    ['apply', 'alpha', { ref: { name: 'n' } }],
    ['redefine', 'ref is granular', { ref: 'granular' }],
    ['apply', 'beta', { ref: { name: 'm' } }],
    ['apply', 'alpha', {}],
  ],
  spec: { ref: { name: 'm' } },
  owners: ['alpha Apply {"f:spec":{}}', 'beta Apply {"f:spec":{"f:ref":{"f:name":{}}}}'],
});
