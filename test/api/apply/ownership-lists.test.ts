import test from 'ava';
import { story } from './story.ts';

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
