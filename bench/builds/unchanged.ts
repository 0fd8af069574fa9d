/** A Build whose key did not change: the real controller on a real API, around ports in memory that count. */
import { BUILD, BuildWorld, ref } from '../../test/support/build-world.ts';
import type { BenchRow } from '../row.ts';
import { median, round } from '../statistics.ts';

const NAME = 'bench';

/** Touches the object so often, one time after the other. */
export async function benchUnchanged(passes: number, signal: AbortSignal): Promise<BenchRow[]> {
  const times: number[] = [];
  await using world = await BuildWorld.open({ onReconciled: (milliseconds) => times.push(milliseconds) });
  await world.apply(NAME);
  await world.built(NAME);
  const calls = await world.costOfNothing(NAME);
  times.length = 0;
  for (let pass = 0; pass < passes; pass += 1) {
    signal.throwIfAborted();
    const seen = times.length;
    const labels = { bench: String(pass) };
    await world.user.patch(ref(BUILD, NAME), { metadata: { labels } }, { type: 'merge' });
    await world.eventually('it was looked at', () => times.length > seen);
  }
  return [
    {
      name: 'unchanged Build: a pass of the controller',
      value: round(median(times) * 1000),
      unit: 'µs',
      note: `median of ${times.length}, p99 ${round((times.toSorted((a, b) => a - b)[Math.floor(times.length * 0.99)] ?? 0) * 1000)}`,
    },
    {
      name: 'unchanged Build: calls of ports, and writes',
      value: calls.length,
      unit: 'calls',
      note: calls.length === 0 ? 'goal 0' : calls.join(', '),
    },
  ];
}
