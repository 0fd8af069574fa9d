import test from 'ava';
import type { HttpClient } from '../../../client/http.ts';
import { linesOf } from '../../../client/lines.ts';
import { eventually } from '../../support/eventually.ts';
import {
  assertWell,
  CONFIG_MAP,
  configMap,
  configMapRef,
  losers,
  shareRig,
  together,
  type ConfigMap,
} from './harness.ts';

const sharedRig = shareRig(test);

const WRITERS = 12;
const ROUNDS = 15;

type Versions = Map<string, string>;

interface Line {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: ConfigMap;
}

/** What an informer does with an event; a string says what was wrong with it. */
function take(cache: Versions, { type, object }: Line): string | undefined {
  const { name, resourceVersion } = object.metadata;
  const before = cache.get(name);
  if (type === 'DELETED') return cache.delete(name) ? undefined : `${name} was deleted and not there`;
  if (type !== 'ADDED' && type !== 'MODIFIED') return undefined;
  cache.set(name, resourceVersion);
  if ((type === 'ADDED') === (before !== undefined)) return `${type} ${name} after ${before ?? 'nothing'}`;
  return before !== undefined && Number(before) >= Number(resourceVersion) ? `${name} went back` : undefined;
}

interface Follower {
  readonly cache: Versions;
  readonly problems: string[];
  readonly done: Promise<void>;
  stop(): void;
}

/** Keeps a cache from the lines of a watch. */
function follow(client: HttpClient, path: string, cache: Versions): Follower {
  const stop = new AbortController();
  const problems: string[] = [];
  const done = (async () => {
    const stream = await client.stream(path, { signal: stop.signal });
    for await (const line of linesOf(stream)) {
      const problem = take(cache, JSON.parse(line) as Line);
      if (problem !== undefined) problems.push(problem);
    }
  })().catch((error: unknown) => {
    if (!stop.signal.aborted) problems.push(String(error));
  });
  return { cache, problems, done, stop: () => stop.abort() };
}

async function write(client: HttpClient, prefix: string, worker: number): Promise<void> {
  for (let n = 0; n < ROUNDS; n++) {
    const name = `${prefix}-${String(worker)}-${String(n % 5)}`;
    const object = configMap(name, { n: String(n) });
    const labelled = { ...object, metadata: { ...object.metadata, labels: { informer: prefix } } };
    await client.apply<ConfigMap>(labelled, { fieldManager: 'w', force: true });
    if (n % 3 === 2) await client.delete(configMapRef(name));
  }
}

const versionsOf = (items: readonly ConfigMap[]): Versions =>
  new Map(items.map(({ metadata: { name, resourceVersion } }) => [name, resourceVersion]));

const text = (versions: Versions): string =>
  [...versions]
    .map((pair) => pair.join(' '))
    .sort()
    .join('\n');

for (const way of ['list and watch', 'WatchList'] as const) {
  test(`caches that began by ${way} at any moment of a writer end as the state is`, async (t) => {
    const rig = sharedRig();
    const prefix = way === 'WatchList' ? 'one' : 'two';
    const selector = `labelSelector=informer%3D${prefix}`;
    const collection = '/api/v1/namespaces/default/configmaps';
    const followers: Follower[] = [];
    const begin = async (client: HttpClient): Promise<void> => {
      if (way === 'WatchList') {
        const wish = 'sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true';
        followers.push(follow(client, `${collection}?watch=1&${selector}&${wish}`, new Map()));
        return;
      }
      const list = await client.list<ConfigMap>(CONFIG_MAP, {
        namespace: 'default',
        labelSelector: `informer=${prefix}`,
      });
      const from = `watch=1&${selector}&resourceVersion=${list.metadata.resourceVersion}`;
      followers.push(follow(client, `${collection}?${from}`, versionsOf(list.items)));
    };
    const writing = together(WRITERS, (worker) => write(rig.clientOf(worker), prefix, worker));
    for (let n = 0; n < 40; n++) await begin(rig.clientOf(n));
    t.deepEqual(losers(await writing), []);
    const state = await rig.clients[0].list<ConfigMap>(CONFIG_MAP, {
      namespace: 'default',
      labelSelector: `informer=${prefix}`,
    });
    const wanted = text(versionsOf(state.items));
    await eventually('all caches are as the state', () => followers.every(({ cache }) => text(cache) === wanted));
    for (const { problems } of followers) t.deepEqual(problems, []);
    for (const follower of followers) follower.stop();
    await Promise.all(followers.map(({ done }) => done));
    await assertWell(t, rig);
  });
}
