import test from 'ava';
import { cycleText, findCycle } from '../../../schemas/values/cycle.ts';

const ROWS: Readonly<Record<string, { readonly edges: Readonly<Record<string, string>>; readonly cycle?: string }>> = {
  'nothing follows': { edges: {} },
  'a line': { edges: { a: 'b', b: 'c' } },
  'to itself': { edges: { a: 'a' }, cycle: 'a -> a' },
  'two of them': { edges: { a: 'b', b: 'a' }, cycle: 'a -> b -> a' },
  'three of them, past a side way': { edges: { a: 'x b', x: 'y', b: 'c', c: 'a' }, cycle: 'a -> b -> c -> a' },
  'the shorter of two': { edges: { a: 'b d', b: 'c', c: 'a', d: 'a' }, cycle: 'a -> d -> a' },
  'a circle that it only leads to': { edges: { a: 'b', b: 'c', c: 'b' } },
};

for (const [what, { edges, cycle }] of Object.entries(ROWS)) {
  test(`the way back to the start: ${what}`, (t) => {
    const found = findCycle('a', (name) => edges[name]?.split(' ') ?? []);
    t.is(found && cycleText(found), cycle);
  });
}

test('ten thousand in a row are asked once each', (t) => {
  let asked = 0;
  const found = findCycle('0', (name) => {
    asked += 1;
    return Number(name) < 10_000 ? [String(Number(name) + 1), '5'] : ['0'];
  });
  t.is(found?.length, 9998);
  t.is(asked, 10_001);
});
