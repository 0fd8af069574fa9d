import test from 'ava';
import { story } from './story.ts';

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
