/** Whole lists over HTTPS, as objects and as a Table. */
import type { BenchRow } from '../row.ts';
import { perform, prepare } from './client.ts';
import { compare } from './compare.ts';
import { openServers, type ApiOptions } from './servers.ts';

const LISTS = 12;
const SIZES = [4200, 10_000];
const WRITERS = 64;

export async function benchLists(options: ApiOptions): Promise<BenchRow[]> {
  await using servers = await openServers(options);
  const { all, signal } = servers;
  const rows: BenchRow[] = [];
  let there = 0;
  for (const size of SIZES.map((full) => full / options.divisor)) {
    const rest = { type: 'objects', verb: 'create', app: 'list', from: there, count: size - there, mark: '' } as const;
    for (const { target } of all) await perform({ ...rest, target, connections: WRITERS }, signal);
    there = size;
    for (const as of ['json', 'table'] as const) {
      const work = {
        name: `list of ${size} ConfigMaps, ${as === 'table' ? 'Table' : 'JSON'}`,
        unit: 'ms',
        isRate: false,
        count: LISTS,
        prepare: ({ target }: (typeof all)[number]) => prepare({ type: 'lists', target, as, count: LISTS }, signal),
      };
      rows.push(await compare(servers, work));
    }
  }
  return rows;
}
