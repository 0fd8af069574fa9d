import test from 'ava';
import * as fc from 'fast-check';
import { openMemoryStore } from '../../../api/store/memory.ts';
import type { CacheWatch } from '../../../api/watch-cache/cache-watch.ts';
import { WatchCache } from '../../../api/watch-cache/watch-cache.ts';
import { names, PREFIX, Writer } from './harness.ts';

const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('put' as const), name: fc.nat(4), app: fc.constantFrom('web', 'db') }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('delete' as const), name: fc.nat(4) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('watch' as const), back: fc.nat(12), selects: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('other' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('compact' as const), back: fc.nat(12) }) },
);

const web = (entry: { readonly labels: Readonly<Record<string, string>> }) => entry.labels['app'] === 'web';

interface Follower {
  readonly watch: CacheWatch;
  readonly selects: boolean;
  /** What the watcher believes to be there: name -> revision. */
  readonly state: Map<string, number>;
}

/** Takes all that is waiting and ends the watch; fails when an event does not fit what came before. */
async function follow({ watch, state }: Follower): Promise<void> {
  let last = 0;
  // A watch that has nothing more to say would wait for ever; ending it ends the loop.
  const quiet = setTimeout(() => watch[Symbol.dispose](), 5);
  for await (const event of watch) {
    quiet.refresh();
    if (event.type === 'BOOKMARK') continue;
    const [name = ''] = names([event.entry]);
    if (event.revision <= last) throw new Error(`${event.revision} after ${last}`);
    if (event.type !== 'ADDED' && !state.has(name)) throw new Error(`${event.type} of ${name}, which was not there`);
    if (event.type === 'ADDED' && state.has(name)) throw new Error(`ADDED of ${name}, which was there`);
    if (event.type === 'DELETED') state.delete(name);
    else state.set(name, event.revision);
    last = event.revision;
  }
  clearTimeout(quiet);
}

test('whenever a watch starts, and whatever it selects, list plus events is what is there', async (t) => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
      await using store = await openMemoryStore();
      const writer = new Writer(store);
      using cache = await WatchCache.open({ store, prefix: PREFIX, window: { changes: 6 } });
      const followers: Follower[] = [];
      for (const action of steps) {
        const there = 'name' in action && cache.get('a', `n${action.name}`) !== undefined;
        if (action.do === 'put') await writer.put('a', `n${action.name}`, { labels: { app: action.app } });
        else if (action.do === 'delete' && there) await writer.delete('a', `n${action.name}`);
        else if (action.do === 'other') await store.create(`/other/${store.currentRevision()}`, new Uint8Array(1));
        else if (action.do === 'compact') await store.compact(Math.max(0, store.currentRevision() - action.back));
        else if (action.do === 'watch') {
          const after = Math.max(store.compactedRevision(), store.currentRevision() - action.back);
          const matches = action.selects ? web : () => true;
          const { entries } = await cache.list({ revision: after, matches });
          const state = new Map(entries.map((entry) => [names([entry])[0] ?? '', entry.revision]));
          followers.push({ watch: await cache.watch({ after, matches }), selects: action.selects, state });
        }
      }
      const now = await cache.list();
      for (const follower of followers) {
        await follow(follower);
        const expected = now.entries.filter((entry) => !follower.selects || web(entry));
        t.deepEqual(
          [...follower.state].toSorted(([a], [b]) => (a < b ? -1 : 1)),
          expected.map((entry) => [names([entry])[0] ?? '', entry.revision] as [string, number]),
        );
      }
      t.is(cache.watchers, 0);
    }),
    { numRuns: 150 },
  );
});
