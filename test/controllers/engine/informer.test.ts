import test from 'ava';
import * as fc from 'fast-check';
import { Informer } from '../../../controllers/engine/informer.ts';
import { Mirror } from '../../../controllers/engine/mirror.ts';
import { thing } from '../../support/objects.ts';

const KIND = { apiVersion: 'test/v1', kind: 'Thing' };
const never = new AbortController().signal;
const names = (objects: readonly { metadata: { name: string } }[]): string[] =>
  objects.map(({ metadata }) => metadata.name).sort();

function open() {
  const mirror = new Mirror();
  const errors: unknown[] = [];
  const informer = new Informer(KIND, mirror, (error) => errors.push(error));
  return { mirror, informer, errors };
}

const change = fc.record({
  name: fc.constantFrom('a', 'b', 'c'),
  namespace: fc.constantFrom('x', 'y'),
  color: fc.constantFrom('red', 'blue', undefined),
  owners: fc.uniqueArray(fc.constantFrom('p', 'q', 'r')),
  remove: fc.boolean(),
});

test('every index finds exactly what a look at all objects finds, whatever has changed', async (t) => {
  await fc.assert(
    fc.asyncProperty(fc.array(change, { maxLength: 40 }), fc.nat(40), async (changes, indexAt) => {
      const { mirror, informer } = open();
      const byOwner = (object: { metadata: { annotations?: Readonly<Record<string, string>> } }): string[] =>
        (object.metadata.annotations?.['owners'] ?? '').split(',').filter(Boolean);
      let version = 0;
      for (const { name, namespace, color, owners, remove } of changes) {
        if (version === indexAt) await informer.addIndex('owner', byOwner, never);
        version += 1;
        const labels = color === undefined ? {} : { color };
        const object = thing(name, version, {
          namespace,
          uid: `${namespace}-${name}`,
          labels,
          annotations: { owners: owners.join(',') },
        });
        mirror.apply({ type: remove ? 'DELETED' : 'MODIFIED', object });
        if (version % 5 === 0) informer.list({ labels: { color: 'red' } });
      }
      await informer.addIndex('owner', byOwner, never);
      const all = informer.list();
      for (const namespace of ['x', 'y', 'z']) {
        t.deepEqual(
          names(informer.list({ namespace })),
          names(all.filter(({ metadata }) => metadata.namespace === namespace)),
        );
      }
      for (const color of ['red', 'blue', 'green']) {
        t.deepEqual(
          names(informer.list({ labels: { color }, namespace: 'x' })),
          names(all.filter(({ metadata }) => metadata.namespace === 'x' && metadata.labels?.['color'] === color)),
        );
      }
      for (const value of ['p', 'q', 'r']) {
        const expected = all.filter((object) => byOwner(object).includes(value));
        t.deepEqual(names(informer.list({ index: { name: 'owner', value } })), names(expected));
        t.is(informer.keysOf('owner', value).length, expected.length);
      }
    }),
    { numRuns: 60 },
  );
});

test('listeners find the indexes up to date', async (t) => {
  const { mirror, informer } = open();
  await informer.addIndex('name', ({ metadata }) => [metadata.name], never);
  const seen: number[] = [];
  informer.subscribe(() => seen.push(informer.list({ index: { name: 'name', value: 'a' } }).length));
  mirror.apply({ type: 'ADDED', object: thing('a', 1) });
  mirror.apply({ type: 'DELETED', object: thing('a', 2) });
  t.deepEqual(seen, [1, 0]);
});

test('a listener that throws is reported and harms nobody else', (t) => {
  const { mirror, informer, errors } = open();
  let told = 0;
  informer.subscribe(() => {
    throw new Error('bad listener');
  });
  informer.subscribe(() => (told += 1));
  mirror.apply({ type: 'ADDED', object: thing('a', 1) });
  t.is(told, 1);
  t.is(errors.length, 1);
});

test('an index function that throws is reported, and its object stands under no value', async (t) => {
  const { mirror, informer, errors } = open();
  mirror.apply({ type: 'ADDED', object: thing('a', 1) });
  mirror.apply({ type: 'ADDED', object: thing('b', 2) });
  const odd = ({ metadata }: { metadata: { name: string } }): string[] => {
    if (metadata.name === 'a') throw new Error('bad index');
    return ['all'];
  };
  await informer.addIndex('odd', odd, never);
  t.deepEqual(names(informer.list({ index: { name: 'odd', value: 'all' } })), ['b']);
  t.is(errors.length, 1);
});

test('an index that nobody declared is an error that says what to do', (t) => {
  const { informer } = open();
  t.throws(() => informer.list({ index: { name: 'nope', value: 'x' } }), { message: /no index "nope".*declare it/ });
});
