/** The same containers with the programs that people use today, in turns with tsmoby. */
import { openContestants, type Contestant } from './contestants.ts';
import { inside } from './network/namespace.ts';
import type { BenchRow } from './row.ts';
import { run } from './run.ts';
import type { StartOptions } from './start.ts';
import { median, round } from './statistics.ts';
import { hostPortOf } from './workload.ts';
import type { World } from './world.ts';

/**
 * Needs the image in the world's daemon, and leaves no container. Peers that are not installed are counted aloud. In a world with a network of its
 * own every container is on a bridge and publishes a port.
 */
export async function benchPeers(world: World, options: StartOptions): Promise<BenchRow[]> {
  await using opened = await openContestants(world);
  return [...(await compare(opened.contestants, options, world.signal)), ...opened.missing];
}

async function compare(
  contestants: readonly Contestant[],
  { count, turns }: StartOptions,
  signal: AbortSignal,
): Promise<BenchRow[]> {
  const times = contestants.map((one) => ({ ...one, values: [] as number[] }));
  for (let turn = 0; turn <= turns; turn += 1) {
    for (const { peer, network, values } of times) {
      signal.throwIfAborted();
      // The first turn only warms up, and shows that ports lead somewhere.
      const number = turn === 0 ? 2 : count;
      const time = (await peer.start(number)) / number;
      if (turn > 0) values.push(time);
      else if (network !== undefined) await reach(network, number);
      await peer.clear();
    }
  }
  const [own = 0] = times.map(({ values }) => median(values));
  return times.map(({ peer, network, values }) => ({
    name: network === undefined ? peer.name : `published: ${peer.name}`,
    value: round(median(values), 1),
    unit: 'ms a container',
    note: `${round(median(values) / own, 2)} × tsmoby; ${count} containers, ${network === undefined ? 'no network' : 'a bridge and a published port each'}`,
  }));
}

const ASK = `for (const url of process.argv.slice(1)) {
  const answer = await fetch(url, { signal: AbortSignal.timeout(5000) });
  if ((await answer.text()) !== 'ok\\n') throw new Error(url + ' answers something else');
}`;

/** Rejects unless each of so many published ports answers. */
async function reach(network: string, count: number): Promise<void> {
  const urls = Array.from({ length: count }, (_, index) => `http://127.0.0.1:${hostPortOf(index)}/`);
  await run(...inside(network, process.execPath, ['--input-type=module', '--eval', ASK, ...urls]));
}
