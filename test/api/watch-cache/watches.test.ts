import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import { openSqliteStore } from '../../../api/store/sqlite.ts';
import { WatchCacheError } from '../../../api/watch-cache/errors.ts';
import type { CacheChange } from '../../../api/watch-cache/events.ts';
import { spliceResourceVersion } from '../../../api/watch-cache/stored-object.ts';
import { WatchCache } from '../../../api/watch-cache/watch-cache.ts';
import { temporaryDirectory } from '../store/directory.ts';
import { line, PREFIX, setting, take, Writer } from './harness.ts';

const web = (entry: { readonly labels: Readonly<Record<string, string>> }) => entry.labels['app'] === 'web';

test('a watch without a version begins with an ADDED for all that is there', async (t) => {
  const { cache, writer } = await setting(t);
  await writer.put('a', 'x');
  await writer.put('b', 'y');
  using watch = await cache.watch({ initialEventsEnd: true });
  await writer.put('a', 'x');
  t.deepEqual(await take(watch, 4), ['ADDED a/x@1', 'ADDED b/y@2', 'BOOKMARK initial-events-end@2', 'MODIFIED a/x@3']);
});

test('a watch from a version gets every later change once', async (t) => {
  const { cache, writer } = await setting(t);
  await writer.put('a', 'x');
  await writer.put('a', 'y');
  await writer.delete('a', 'x');
  using watch = await cache.watch({ after: 1 });
  await writer.put('a', 'x');
  t.deepEqual(await take(watch, 3), ['ADDED a/y@2', 'DELETED a/x@3', 'ADDED a/x@4']);
});

test('entering a selection is ADDED, leaving it DELETED with the last visible state and the new version', async (t) => {
  const { cache, writer } = await setting(t);
  using watch = await cache.watch({ after: 0, matches: web });
  await writer.put('a', 'x', { labels: { app: 'db' } });
  await writer.put('a', 'x', { labels: { app: 'web' }, data: { v: 1 } });
  await writer.put('a', 'x', { labels: { app: 'web' }, data: { v: 2 } });
  await writer.put('a', 'x', { labels: { app: 'db' } });
  await writer.put('a', 'x', { labels: { app: 'web' }, data: { v: 5 } });
  await writer.delete('a', 'x');
  const events = [...(await watch.read())];
  t.deepEqual(events.map(line), ['ADDED a/x@2', 'MODIFIED a/x@3', 'DELETED a/x@4', 'ADDED a/x@5', 'DELETED a/x@6']);
  const objects = events.map((event) => (event.type === 'BOOKMARK' ? undefined : cache.object(event.entry)));
  t.like(objects[2], { metadata: { resourceVersion: '4', labels: { app: 'web' } }, data: { v: 2 } });
  t.like(objects[4], { metadata: { resourceVersion: '6' }, data: { v: 5 } });
});

test('a watch of one namespace sees nothing of another', async (t) => {
  const { cache, writer } = await setting(t);
  await writer.put('a-b', 'x');
  using watch = await cache.watch({ namespace: 'a' });
  await writer.put('a-b', 'y');
  await writer.put('a', 'z');
  t.deepEqual(await take(watch, 1), ['ADDED a/z@3']);
});

test('watches resume over a restart, from before what the cache itself has seen', async (t) => {
  const path = join(await temporaryDirectory(t), 'store.db');
  {
    await using store = await openSqliteStore(path);
    const writer = new Writer(store);
    await writer.put('a', 'x', { labels: { app: 'web' } });
    await writer.put('a', 'y');
    await store.create('/other/z', new Uint8Array(1));
    await writer.put('a', 'x', { labels: { app: 'db' } });
    await writer.delete('a', 'y');
  }
  const store = await openSqliteStore(path);
  const { cache, writer } = await setting(t, { store });
  const [early, late, selected] = await Promise.all([
    cache.watch({ after: 1 }),
    cache.watch({ after: 4 }),
    cache.watch({ after: 1, matches: web }),
  ]);
  await writer.put('a', 'x', { labels: { app: 'web' } });
  t.deepEqual(await take(early, 4), ['ADDED a/y@2', 'MODIFIED a/x@4', 'DELETED a/y@5', 'MODIFIED a/x@6']);
  t.deepEqual(await take(late, 2), ['DELETED a/y@5', 'MODIFIED a/x@6']);
  t.deepEqual(await take(selected, 2), ['DELETED a/x@4', 'ADDED a/x@6']);
});

test('what has fallen out of the window is read again from the history', async (t) => {
  const { cache, writer } = await setting(t, { window: { changes: 8 } });
  for (let index = 0; index < 50; index++) await writer.put('a', `n${index % 3}`);
  using watch = await cache.watch({ after: 5 });
  const lines = await take(watch, 45);
  t.is(lines.length, 45);
  t.is(lines[0], 'MODIFIED a/n2@6');
  t.is(lines.at(-1), 'MODIFIED a/n1@50');
});

test('a version older than the history is Expired, one that never comes Ahead', async (t) => {
  const { cache, store, writer } = await setting(t, { window: { changes: 2 } });
  for (let index = 0; index < 20; index++) await writer.put('a', 'x', { data: { index } });
  await store.compact(15);
  const expired = await t.throwsAsync(cache.watch({ after: 10 }), { instanceOf: WatchCacheError });
  t.is(expired.code, 'Expired');
  using watch = await cache.watch({ after: 15 });
  t.is((await take(watch, 5)).length, 5);
  const ahead = await t.throwsAsync(cache.watch({ after: 99 }), { instanceOf: WatchCacheError });
  t.is(ahead.code, 'Ahead');
});

test('the writer is answered before watchers are woken', async (t) => {
  const { cache, writer } = await setting(t);
  using watch = await cache.watch({ after: 0 });
  const order: string[] = [];
  const reading = watch.read().then(() => order.push('watcher'));
  await writer.put('a', 'x');
  order.push('writer');
  await reading;
  t.deepEqual(order, ['writer', 'watcher']);
});

test('a watcher that does not read is cut off, and costs others nothing', async (t) => {
  const { cache, writer } = await setting(t, { buffer: { events: 20 } });
  const slow = await cache.watch({ after: 0 });
  using quick = await cache.watch({ after: 0 });
  const seen: string[] = [];
  for (let index = 0; index < 30; index++) {
    await writer.put('a', 'x');
    seen.push(...(await take(quick, 1)));
  }
  t.is(seen.length, 30);
  t.is(cache.watchers, 1);
  const error = await t.throwsAsync(slow.read(), { instanceOf: WatchCacheError });
  t.is(error.code, 'TooSlow');
});

test('a few large events are too much as well', async (t) => {
  const { cache, writer } = await setting(t, { buffer: { bytes: 10_000 } });
  const slow = await cache.watch({ after: 0 });
  for (let index = 0; index < 3; index++) await writer.put('a', 'x', { data: { fill: 'x'.repeat(6000) } });
  await t.throwsAsync(slow.read(), { instanceOf: WatchCacheError });
});

test('the initial state does not count as being slow', async (t) => {
  const { cache, writer } = await setting(t, { buffer: { events: 5 } });
  for (let index = 0; index < 40; index++) await writer.put('a', `n${index}`);
  using watch = await cache.watch();
  await sleep(5);
  t.is((await take(watch, 40)).length, 40);
});

test('an event is encoded once for all who share it, and anew for who comes later', async (t) => {
  const { cache, writer } = await setting(t);
  const watches = await Promise.all(Array.from({ length: 500 }, () => cache.watch({ after: 0 })));
  await writer.put('a', 'x');
  let made = 0;
  const encode = async (watch: (typeof watches)[number]) => {
    const [event] = await watch.read();
    if (event?.type !== 'ADDED') return t.fail();
    return event.shared('application/json', ({ entry }) => {
      made++;
      return spliceResourceVersion(entry.value, entry.revision);
    });
  };
  const encoded = await Promise.all(watches.map(encode));
  t.is(made, 1);
  t.is(new Set(encoded).size, 1);
  using late = await cache.watch({ after: 0 });
  await encode(late);
  t.is(made, 2);
  for (const watch of [...watches, late]) watch[Symbol.dispose]();
  t.is(cache.watchers, 0);
});

test('bookmarks come for those who take them, at the version the cache has reached', async (t) => {
  const { cache, store } = await setting(t, { bookmarkMilliseconds: 20 });
  using watch = await cache.watch({ after: 0, bookmarks: true });
  using without = await cache.watch({ after: 0 });
  await store.create('/other/z', new Uint8Array(1));
  const reading = without.read();
  const alive = setInterval(() => {}, 1000);
  t.deepEqual((await take(watch, 1))[0], 'BOOKMARK@1');
  clearInterval(alive);
  without[Symbol.dispose]();
  t.deepEqual(await reading, []);
});

test('a watch ends quietly with its signal, when it is disposed, and when its loop is left', async (t) => {
  const { cache, writer } = await setting(t);
  await writer.put('a', 'x');
  const controller = new AbortController();
  const aborted = await cache.watch({ after: 1, signal: controller.signal });
  const reading = aborted.read();
  controller.abort();
  t.deepEqual(await reading, []);
  const disposed = await cache.watch();
  disposed[Symbol.dispose]();
  t.deepEqual(await disposed.read(), []);
  for await (const event of await cache.watch()) {
    t.is(line(event), 'ADDED a/x@1');
    break;
  }
  t.is(cache.watchers, 0);
  await t.throwsAsync(cache.watch({ signal: AbortSignal.abort() }));
});

test('listeners are called before the writer is answered, with what was there before', async (t) => {
  const { cache, writer } = await setting(t);
  const changes: CacheChange[] = [];
  const subscription = cache.subscribe({ change: (change) => void changes.push(change) });
  await writer.put('a', 'x', { labels: { v: '1' } });
  t.is(changes.length, 1);
  await writer.put('a', 'x', { labels: { v: '2' } });
  await writer.delete('a', 'x');
  t.deepEqual(
    changes.map(({ revision, entry, previous }) => [revision, entry?.labels['v'], previous?.labels['v']]),
    [
      [1, '1', undefined],
      [2, '2', '1'],
      [3, undefined, '2'],
    ],
  );
  subscription[Symbol.dispose]();
  await writer.put('a', 'y');
  t.is(changes.length, 3);
});

test('a listener or a selector that throws is ended, and costs nobody else anything', async (t) => {
  const { cache, writer } = await setting(t);
  const ended: unknown[] = [];
  const broken = () => {
    throw new RangeError('broken');
  };
  cache.subscribe({ change: broken, end: (error) => void ended.push(error.cause) });
  const heard: number[] = [];
  cache.subscribe({ change: ({ revision }) => void heard.push(revision) });
  const bad = await cache.watch({ after: 0, matches: broken });
  using good = await cache.watch({ after: 0 });
  await writer.put('a', 'x');
  await writer.put('a', 'x');
  t.deepEqual(await take(good, 2), ['ADDED a/x@1', 'MODIFIED a/x@2']);
  await t.throwsAsync(bad.read(), { instanceOf: RangeError });
  t.deepEqual(heard, [1, 2]);
  t.true(ended.length === 1 && ended[0] instanceof RangeError);
});

test('opening a cache over ten thousand objects holds the event loop for no more than a moment', async (t) => {
  const { store } = await setting(t, {}, async (writer) => {
    const data = { fill: 'x'.repeat(1000) };
    for (let batch = 0; batch < 20; batch++)
      await Promise.all(Array.from({ length: 500 }, (_, index) => writer.put(`ns${batch}`, `n${index}`, { data })));
  });
  let turns = 0;
  const counting = setInterval(() => turns++, 0);
  using cache = await WatchCache.open({ store, prefix: PREFIX });
  clearInterval(counting);
  t.is(cache.size, 10_000);
  t.true(turns > 5, `the loop turned ${turns} times`);
});
