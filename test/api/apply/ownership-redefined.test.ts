import test from 'ava';
import { story } from './story.ts';

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
