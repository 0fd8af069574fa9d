/** Single objects over HTTPS. */
import type { BenchRow } from '../row.ts';
import { perform, prepare } from './client.ts';
import { compare } from './compare.ts';
import { openServers, type ApiOptions } from './servers.ts';

const READERS = 16;

export async function benchReads(options: ApiOptions): Promise<BenchRow[]> {
  await using servers = await openServers(options);
  const { all, signal } = servers;
  const count = 8000 / options.divisor;
  const job = { type: 'objects', app: 'read', from: 0, count, connections: READERS, mark: '' } as const;
  for (const { target } of all) await perform({ ...job, target, verb: 'create' }, signal);
  return [
    await compare(servers, {
      name: `gets, ${READERS} at once`,
      unit: 'gets/s',
      isRate: true,
      count,
      prepare: ({ target }) => prepare({ ...job, target, verb: 'get' }, signal),
    }),
  ];
}
