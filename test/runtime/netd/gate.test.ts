import test from 'ava';
import { createGate } from '../../../runtime/netd/program/gate.ts';

test('a gate lets in so many at a time, a few in a turn, in the order in which they came', async (t) => {
  const turns: (() => void)[] = [];
  const gate = createGate(3, 2, (wake) => turns.push(wake));
  const inside: [number, Disposable][] = [];
  const names = [1, 2, 3, 4, 5];
  const all = names.map(async (name) => inside.push([name, await gate.enter()]));
  const entered = async (): Promise<readonly number[]> => {
    await new Promise((resolve) => setImmediate(resolve));
    return inside.map(([name]) => name);
  };
  t.deepEqual(await entered(), [1, 2]);
  turns.shift()?.();
  t.deepEqual(await entered(), [1, 2, 3], 'three are in there');
  inside[1]?.[1][Symbol.dispose]();
  t.deepEqual(await entered(), [1, 2, 3, 4]);
  inside[0]?.[1][Symbol.dispose]();
  t.deepEqual(await entered(), [1, 2, 3, 4], 'it is the same turn still');
  turns.shift()?.();
  t.deepEqual(await entered(), names);
  await Promise.all(all);
});
