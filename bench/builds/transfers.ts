/** One build at a time, by everybody who can reach a builder, in turns. */
import type { BuilderEndpoint } from '../../runtime/ports/builders.ts';
import type { BenchRow } from '../row.ts';
import { median, round } from '../statistics.ts';
import type { BuildProcess } from './build-process.ts';
import type { BuildClient } from './commands.ts';

/** What the builder keeps of contexts. */
const SENT = ['type==source.local'];

export interface Transfers {
  /** `buildkitd` */
  readonly title: string;
  readonly endpoint: BuilderEndpoint;
  readonly ours: BuildProcess;
  /** Beside ours. */
  readonly clients: readonly BuildClient[];
  /** The directory that is large, and the one that is nothing. */
  readonly contexts: { readonly large: string; readonly small: string };
  readonly turns: number;
  readonly signal: AbortSignal;
}

/** Everything is sent; nothing has changed; there is next to nothing to send. */
export async function* benchTransfers(transfers: Transfers): AsyncGenerator<BenchRow[]> {
  const { large, small } = transfers.contexts;
  yield await compare(transfers, { name: 'cold', path: large, forget: true });
  yield await compare(transfers, { name: 'warm', path: large, forget: false });
  yield await compare(transfers, { name: 'no-op', path: small, forget: false });
}

interface Case {
  readonly name: string;
  readonly path: string;
  /** The builder has to forget what it was sent before each build. */
  readonly forget: boolean;
}

async function compare(
  { title, endpoint, ours, clients, turns, signal }: Transfers,
  { name, path, forget }: Case,
): Promise<BenchRow[]> {
  const own: BuildClient = { name: 'tsmoby', build: () => ours.perform({ type: 'build', endpoint, path }) };
  const times = [own, ...clients].map((client) => ({ client, values: [] as number[] }));
  // the first turn only warms up
  for (let turn = 0; turn <= turns; turn += 1) {
    for (const { client, values } of times) {
      signal.throwIfAborted();
      if (forget) await ours.perform({ type: 'prune', endpoint, filters: SENT });
      const milliseconds = await client.build(path);
      if (turn > 0) values.push(milliseconds);
    }
    // nobody is always the one who comes after the same other
    times.push(...times.splice(0, 1));
  }
  const middle = median(times.find(({ client }) => client === own)?.values ?? []);
  const least = (values: readonly number[]): number => Math.min(...values);
  const ownLeast = least(times.find(({ client }) => client === own)?.values ?? []);
  return times
    .toSorted((a, b) => Number(b.client === own) - Number(a.client === own))
    .map(({ client, values }) => ({
      name: `${title}, ${name}: ${client.name}`,
      value: round(median(values)),
      unit: 'ms',
      note:
        client === own
          ? `least ${round(least(values))}`
          : `least ${round(least(values))}; tsmoby ${round(middle / median(values), 2)}, of the least ${round(ownLeast / least(values), 2)}`,
    }));
}
