/** Many watchers of one resource. */
import type { BenchRow } from '../row.ts';
import { prepare, type PreparedJob } from './client.ts';
import { compare, type Work } from './compare.ts';
import type { ObjectsJob } from './jobs.ts';
import { openServers, type ApiOptions, type Servers } from './servers.ts';

const WATCHES = 500;

export async function benchWatches(options: ApiOptions): Promise<BenchRow[]> {
  await using servers = await openServers(options);
  const events = 1000 / options.divisor;
  const rate = { name: `${WATCHES} watches, ${events} events each, 16 writers`, unit: 'events/s', isRate: true };
  const paced = 200 / options.divisor;
  const latency = { name: `${WATCHES} watches, 20 events/s each: write to sight`, unit: 'ms', isRate: false };
  return [
    await compare(servers, { ...rate, ...fanOut(servers, { app: 'burst', connections: 16 }, events) }),
    await compare(servers, {
      ...latency,
      ...fanOut(servers, { app: 'paced', connections: 1, everyMilliseconds: 50 }, paced),
    }),
  ];
}

/** The clock runs from the first write until the last watch has seen the last event. */
function fanOut(
  { signal }: Servers,
  writers: Pick<ObjectsJob, 'app' | 'connections' | 'everyMilliseconds'>,
  events: number,
): Pick<Work, 'count' | 'prepare'> {
  return {
    count: events * WATCHES,
    async prepare({ target }, turn): Promise<PreparedJob> {
      await using preparing = new AsyncDisposableStack();
      const watching = preparing.use(await prepare({ type: 'watches', target, watches: WATCHES, events }, signal));
      const writes = {
        type: 'objects',
        verb: 'create',
        ...writers,
        target,
        from: turn * events,
        count: events,
      } as const;
      const writing = preparing.use(await prepare(writes, signal));
      const prepared = preparing.move();
      return {
        run: async () => (await Promise.all([watching.run(), writing.run()]))[0],
        [Symbol.asyncDispose]: () => prepared.disposeAsync(),
      };
    },
  };
}
