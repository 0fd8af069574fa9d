import test from 'ava';
import { setTimeout as sleep } from 'node:timers/promises';
import { ApiError, type WatchEvent } from '../../client/client.ts';
import type { HttpClient } from '../../client/http.ts';
import { CONFIG_MAP, configMap, configMapRef, openRig, type ConfigMap, type Rig } from '../api/concurrency/harness.ts';
import { eventually } from '../support/eventually.ts';

const WATCHERS = 500;
const EVENTS = 150;

/** What one watcher has seen: `TYPE name version`, in the order in which it came. */
class Watcher {
  readonly seen: string[] = [];
  #version: number;
  readonly #stop = new AbortController();
  readonly done: Promise<void>;

  constructor(client: HttpClient, version: string, labelSelector?: string) {
    this.#version = Number(version);
    this.done = this.#run(client, labelSelector);
  }

  get problem(): string | undefined {
    return this.#problem;
  }

  #problem: string | undefined;

  stop(): void {
    this.#stop.abort();
  }

  /** As an informer does: a watch that breaks is opened again behind the last version that was seen. */
  async #run(client: HttpClient, labelSelector: string | undefined): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      try {
        const resourceVersion = String(this.#version);
        const selection = labelSelector === undefined ? {} : { labelSelector };
        const watch = client.watch<ConfigMap>(CONFIG_MAP, {
          namespace: 'default',
          resourceVersion,
          signal,
          ...selection,
        });
        for await (const event of watch) this.#take(event);
      } catch (error) {
        if (!signal.aborted && !(error instanceof ApiError && error.reason === 'ServiceUnavailable'))
          this.#problem ??= String(error);
        await sleep(20);
      }
    }
  }

  #take(event: WatchEvent<ConfigMap>): void {
    if (event.type === 'BOOKMARK') return;
    const { name, resourceVersion } = event.object.metadata;
    if (Number(resourceVersion) <= this.#version) this.#problem ??= `${resourceVersion} after ${String(this.#version)}`;
    this.#version = Number(resourceVersion);
    this.seen.push(`${event.type} ${name} ${resourceVersion}`);
  }
}

/** Writes until it has made `count` changes, through every death of the server; resolves with what watchers must see. */
async function write(client: HttpClient, count: number, prefix: string): Promise<string[]> {
  const changes: string[] = [];
  const note = (type: string, { metadata: { name, resourceVersion } }: ConfigMap): void => {
    changes.push(`${type} ${name} ${resourceVersion}`);
  };
  for (let n = 0; changes.length < count; n++) {
    const name = `${prefix}${String(n)}`;
    note(
      'ADDED',
      await client.create<ConfigMap>({
        ...configMap(name),
        metadata: { name, namespace: 'default', labels: { on: '1' } },
      }),
    );
    note('MODIFIED', await client.patch<ConfigMap>(configMapRef(name), { data: { n: '1' } }, { type: 'merge' }));
    note(
      'MODIFIED',
      await client.patch<ConfigMap>(configMapRef(name), { metadata: { labels: { on: null } } }, { type: 'merge' }),
    );
  }
  return changes;
}

async function versionOf(client: HttpClient): Promise<string> {
  return (await client.list(CONFIG_MAP, { namespace: 'default' })).metadata.resourceVersion;
}

async function stopAll(watchers: readonly Watcher[]): Promise<void> {
  for (const watcher of watchers) watcher.stop();
  await Promise.all(watchers.map(({ done }) => done));
}

const startAll = (rig: Rig, version: string, labelSelector?: string): Watcher[] =>
  Array.from({ length: WATCHERS }, (_, index) => new Watcher(rig.clientOf(index), version, labelSelector));

test('five hundred watchers see every change once and in order, also over SIGKILL, and leave nothing behind', async (t) => {
  t.timeout(600_000);
  await using rig = await openRig();
  const [https] = rig.clients;
  await write(https, 30, 'early');
  const before = await rig.server.facts();
  const version = await versionOf(https);
  const watchers = startAll(rig, version);
  const expected = await write(https, EVENTS, 'w');
  const first = expected.length;
  await eventually('all have seen the first part', () => watchers.every(({ seen }) => seen.length >= first));
  const during = await rig.server.facts();
  t.is(during.watchers, WATCHERS);
  const killed = sleep(100).then(() => rig.server.kill9());
  const interrupted = await Promise.allSettled([writeUntilDead(https), killed]);
  t.is(interrupted[1].status, 'fulfilled');
  await rig.server.restart();
  await eventually('the server answers', () => versionOf(https).catch(() => undefined));
  await https.create(configMap('end'));
  await eventually('all have seen the end', () => watchers.every(({ seen }) => seen.at(-1)?.includes(' end ')));
  for (const { problem } of watchers) t.is(problem, undefined);
  const [one] = watchers;
  t.deepEqual(one?.seen.slice(0, first), expected);
  for (const { seen } of watchers) t.deepEqual(seen, one?.seen);
  const present = await https.list<ConfigMap>(CONFIG_MAP, { namespace: 'default', labelSelector: 'late' });
  const late = one?.seen.filter((line) => line.startsWith('ADDED late')).length;
  t.is(late, present.items.length, 'what was acknowledged or stored around the kill was seen once');
  await stopAll(watchers);
  const after = await eventually('the watches are gone', async () => {
    const facts = await rig.server.facts();
    return facts.watchers === 0 ? facts : undefined;
  });
  t.log(
    `heap ${mib(before.heapBytes)} -> with ${String(WATCHERS)} watchers ${mib(during.heapBytes)}, resident ${mib(during.residentBytes)}; stall ${during.stallMs.toFixed(0)} ms; after a restart ${mib(after.heapBytes)}`,
  );
  t.deepEqual([...during.errors, ...after.errors], []);
});

const mib = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`;

/** Creates one object after the other until the server is gone. */
async function writeUntilDead(client: HttpClient): Promise<void> {
  for (let n = 0; ; n++) {
    const name = `late${String(n)}`;
    await client.create({ ...configMap(name), metadata: { name, namespace: 'default', labels: { late: '' } } });
  }
}

test('memory and open files return to where they were when five hundred watchers have gone', async (t) => {
  t.timeout(600_000);
  await using rig = await openRig();
  const [https] = rig.clients;
  const round = async (): Promise<void> => {
    const watchers = startAll(rig, await versionOf(https), 'on=1');
    const changes = await write(https, 30, 'w');
    const seen = changes.length;
    await eventually('all have seen all', () => watchers.every((watcher) => watcher.seen.length >= seen));
    // the third change of each takes the label away: for this selector the object is gone
    const wanted = changes.map((line, index) => (index % 3 === 2 ? line.replace('MODIFIED', 'DELETED') : line));
    for (const watcher of watchers) t.deepEqual(watcher.seen, wanted);
    await stopAll(watchers);
    for (const { items } of [await https.list(CONFIG_MAP, { namespace: 'default' })])
      await Promise.all(items.map(({ metadata: { name } }) => https.delete(configMapRef(name))));
    await eventually('the watches are gone', async () => (await rig.server.facts()).watchers === 0);
  };
  await round();
  const before = await rig.server.facts();
  for (let n = 0; n < 2; n++) await round();
  const after = await eventually('the connections are idle', async () => rig.server.facts());
  t.log(
    `heap ${mib(before.heapBytes)} -> ${mib(after.heapBytes)}, resident ${mib(before.residentBytes)} -> ${mib(after.residentBytes)}, files ${String(before.openFiles)} -> ${String(after.openFiles)}`,
  );
  t.true(after.heapBytes - before.heapBytes < 3 * 2 ** 20);
  t.true(after.openFiles <= before.openFiles + 20);
});
