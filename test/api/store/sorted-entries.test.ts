import test from 'ava';
import * as fc from 'fast-check';
import { compareKeys } from '../../../api/store/keys.ts';
import { SortedEntries } from '../../../api/store/sorted-entries.ts';

/** Few distinct characters, among them those whose order as UTF-16 and as UTF-8 differs. */
const key = fc
  .array(fc.constantFrom('a', 'b', '/', '\u0000', 'é', '\uffff', '\u{1f600}', '\u{10ffff}'), {
    minLength: 1,
    maxLength: 5,
  })
  .map((parts) => parts.join(''));

const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

test('keys compare as their UTF-8 bytes do', (t) => {
  fc.assert(
    fc.property(key, key, (a, b) => {
      t.is(Math.sign(compareKeys(a, b)), byBytes(a, b));
    }),
  );
});

test('whatever is set and deleted, a range is what a sorted list of the same entries says', (t) => {
  const operation = fc.record({ key, remove: fc.boolean() });
  const query = fc.record({ prefix: fc.oneof(key, fc.constant('')), after: fc.option(key), limit: fc.nat(8) });
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 60 }), fc.array(query, { maxLength: 10 }), (operations, queries) => {
      const entries = new SortedEntries<{ readonly key: string; readonly at: number }>();
      const model = new Map<string, number>();
      for (const [at, { key, remove }] of operations.entries()) {
        const replaced = remove ? entries.delete(key) : entries.set({ key, at });
        t.is(replaced?.at, model.get(key));
        if (remove) model.delete(key);
        else model.set(key, at);
      }
      t.is(entries.size, model.size);
      for (const [key, at] of model) t.is(entries.get(key)?.at, at);
      const sorted = [...model.keys()].sort(byBytes);
      for (const { prefix, after, limit } of queries) {
        const all = sorted.filter((each) => each.startsWith(prefix) && (after === null || byBytes(each, after) > 0));
        const { entries: found, remaining } = entries.range(prefix, after ?? undefined, limit);
        t.deepEqual(
          found.map((entry) => entry.key),
          all.slice(0, limit),
        );
        t.is(remaining, Math.max(0, all.length - limit));
      }
    }),
  );
});

test('many entries in any order stay sorted through splits and emptied chunks', (t) => {
  const count = 5000;
  const name = (index: number) => `/k/${String(index).padStart(5, '0')}`;
  for (const order of [
    (index: number) => index,
    (index: number) => count - 1 - index,
    (index: number) => (index * 2467) % count,
  ]) {
    const entries = new SortedEntries<{ readonly key: string }>();
    for (let index = 0; index < count; index++) entries.set({ key: name(order(index)) });
    const keys = () => entries.range('').entries.map((entry) => entry.key);
    t.deepEqual(
      keys(),
      Array.from({ length: count }, (_, index) => name(index)),
    );
    for (let index = 1000; index < 4000; index++) entries.delete(name(index));
    t.deepEqual([keys().length, keys()[999], keys()[1000]], [2000, name(999), name(4000)]);
    t.is(entries.range('/k/0', name(998), 2).remaining, 999);
    for (let index = 0; index < count; index++) entries.delete(name(index));
    t.deepEqual(keys(), []);
  }
});
