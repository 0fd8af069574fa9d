import test from 'ava';
import { resolveEnvironment } from '../../../controllers/container/environment.ts';
import { expand } from '../../../controllers/container/expand.ts';
import { fieldValue } from '../../../controllers/container/field-ref.ts';
import { readerOf, stored, UID } from './objects.ts';

const EXPANSIONS: readonly (readonly [string, string])[] = [
  ['plain', 'plain'],
  ['$(A)', '1'],
  ['a$(A)b$(B)c', 'a1b2c'],
  ['$(NONE)', '$(NONE)'],
  ['$$(A)', '$(A)'],
  ['$$$(A)', '$1'],
  ['$$', '$'],
  ['$', '$'],
  ['$(A', '$(A'],
  ['$()', '$()'],
  ['$A ${A}', '$A ${A}'],
  ['$(LOOP)', '$(A)'],
  ['$(constructor)', '$(constructor)'],
];

for (const [text, expected] of EXPANSIONS) {
  test(`${JSON.stringify(text)} expands to ${JSON.stringify(expected)}`, (t) => {
    t.is(
      expand(
        text,
        new Map([
          ['A', '1'],
          ['B', '2'],
          ['LOOP', '$(A)'],
        ]),
      ),
      expected,
    );
  });
}

const metadata = { namespace: 'default' };
const config = {
  kind: 'ConfigMap',
  metadata: { ...metadata, name: 'c' },
  data: { A: 'a', 'bad name!': 'x', URL: '$(A)' },
  binaryData: { BIN: 'aGk=' },
};
const secret = { kind: 'Secret', metadata: { ...metadata, name: 's' }, data: { A: 'c2VjcmV0', B: 'Yg==' } };
const reader = readerOf(config, secret);

const resolved = (spec: Parameters<typeof stored>[0]) => Object.fromEntries(resolveEnvironment(stored(spec), reader));

test('sources come in their order, with prefixes, and names no shell could use are left out', (t) => {
  const envFrom = [
    { configMapRef: { name: 'c' } },
    { secretRef: { name: 's' } },
    { prefix: 'P_', secretRef: { name: 's' } },
  ];
  t.deepEqual(resolved({ envFrom }), { BIN: 'hi', A: 'secret', URL: '$(A)', B: 'b', P_A: 'secret', P_B: 'b' });
});

test('env wins over sources, refers to what stands before it, and does not see what follows', (t) => {
  const env = [
    { name: 'X', value: '$(A)-$(LATER)' },
    { name: 'LATER', value: 'late' },
    { name: 'Y', value: '$(LATER)' },
    { name: 'A', value: 'own' },
    { name: 'EMPTY' },
  ];
  const all = resolved({ envFrom: [{ configMapRef: { name: 'c' } }], env });
  t.like(all, { X: 'a-$(LATER)', LATER: 'late', Y: 'late', A: 'own', EMPTY: '' });
});

test('a value from elsewhere is not expanded again', (t) => {
  const env = [{ name: 'U', valueFrom: { configMapKeyRef: { name: 'c', key: 'URL' } } }];
  t.deepEqual(resolved({ env }), { U: '$(A)' });
});

test('a Secret value never stands in a message', (t) => {
  const env = [{ name: 'U', valueFrom: { secretKeyRef: { name: 's', key: 'NONE' } } }];
  const error = t.throws(() => resolved({ env }));
  t.regex(error?.message ?? '', /Secret default\/s has no key NONE/);
  t.notRegex(error?.message ?? '', /c2VjcmV0|secret"/);
});

const FIELDS: readonly (readonly [string, string])[] = [
  ['metadata.name', 'web'],
  ['metadata.namespace', 'default'],
  ['metadata.uid', UID],
  ["metadata.labels['a/b']", 'label'],
  ["metadata.labels['none']", ''],
  ["metadata.annotations['x']", 'note'],
  ['spec.nodeName', 'here'],
];

for (const [path, expected] of FIELDS) {
  test(`field ${path} is ${JSON.stringify(expected)}`, (t) => {
    const object = stored({ nodeName: 'here' }, { labels: { 'a/b': 'label' }, annotations: { x: 'note' } });
    t.is(fieldValue(object, path), expected);
  });
}

for (const path of ['status.phase', '', 'metadata.labels', "metadata.labels['", 'metadata.labels[a]', 'spec']) {
  test(`field ${JSON.stringify(path)} is refused with the ones there are`, (t) => {
    t.throws(() => fieldValue(stored(), path), { message: /metadata\.name, metadata\.namespace/ });
  });
}
