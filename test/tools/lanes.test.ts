import test from 'ava';
import { setImmediate as turn } from 'node:timers/promises';
import { inLanes, ordered } from '../../tools/setup/lanes.ts';

test('each file runs once, in the next lane that is free, and no more at once than there are lanes', async (t) => {
  const ends = new Map<string, () => void>();
  const begun: string[] = [];
  const all = inLanes(['a', 'b', 'c', 'd'], 2, async (file, { number }) => {
    begun.push(`${file} in ${number}`);
    await new Promise<void>((resolve) => ends.set(file, resolve));
  });
  const ended = async (file: string): Promise<void> => {
    ends.get(file)?.();
    await turn();
  };
  t.deepEqual(begun, ['a in 1', 'b in 2']);
  await ended('b');
  await ended('c');
  t.deepEqual(begun, ['a in 1', 'b in 2', 'c in 2', 'd in 2']);
  await ended('a');
  await ended('d');
  await all;
});

test('a file knows what ran beside it, before and after it began', async (t) => {
  const beside = new Map<string, ReadonlySet<string>>();
  const ends = new Map<string, () => void>();
  const all = inLanes(['a', 'b', 'c'], 2, async (file, lane) => {
    beside.set(file, lane.beside);
    await new Promise<void>((resolve) => ends.set(file, resolve));
  });
  for (const file of ['b', 'c', 'a']) {
    ends.get(file)?.();
    await turn();
  }
  await all;
  t.deepEqual([...(beside.get('a') ?? [])], ['b', 'c']);
  t.deepEqual([...(beside.get('b') ?? [])], ['a']);
  t.deepEqual([...(beside.get('c') ?? [])], ['a']);
});

test('a run that rejects is told when all that run have ended, and lanes without trouble go on', async (t) => {
  const ran: string[] = [];
  const run = async (file: string): Promise<void> => {
    if (file === 'a') throw new Error('no ava');
    await turn();
    ran.push(file);
  };
  await t.throwsAsync(inLanes(['a', 'b', 'c'], 2, run), { message: 'no ava' });
  t.deepEqual(ran, ['b', 'c']);
});

test('what is named first comes first, the rest in its own order', (t) => {
  t.deepEqual(ordered(['b/1', 'a/2', 'c/1', 'a/1'], ['c/', 'a/2']), ['c/1', 'a/2', 'a/1', 'b/1']);
});
