import test from 'ava';
import { WatchCacheError } from '../../../api/watch-cache/errors.ts';
import { objectKey } from '../../../api/watch-cache/object-key.ts';
import { spliceResourceVersion } from '../../../api/watch-cache/stored-object.ts';
import { WatchCache } from '../../../api/watch-cache/watch-cache.ts';
import { openMemoryStore } from '../../../api/store/memory.ts';
import { names, PREFIX, setting, Writer } from './harness.ts';
import type { ConfigMap, Setting } from './harness.ts';

async function pages({ cache }: Setting, limit: number, between: () => Promise<unknown>): Promise<string[][]> {
  const found = [];
  let page = await cache.list({ limit });
  for (;;) {
    found.push(names(page.entries));
    if (!page.more) return found;
    await between();
    page = await cache.list({ limit, revision: page.revision, after: page.entries.at(-1)!.key });
  }
}

test('whoever was told that a write is done finds it in the cache', async (t) => {
  const { cache, writer } = await setting(t);
  for (let round = 0; round < 20; round++) {
    const revision = await writer.put('a', 'x', { data: { round } });
    t.is(cache.get('a', 'x')?.revision, revision);
    t.is(cache.revision, revision);
  }
  await writer.delete('a', 'x');
  t.is(cache.get('a', 'x'), undefined);
});

test('what was stored before the cache was opened is there, and other prefixes are not', async (t) => {
  const { cache } = await setting(t, {}, async (writer, store) => {
    await writer.put('a', 'x');
    await store.create('/core/secrets/a%x', new Uint8Array([1]));
    await writer.put('a', 'y');
  });
  t.deepEqual(names(cache.snapshot()), ['a/x', 'a/y']);
  t.is(cache.revision, 3);
});

test('an object that is written while the cache is loading is neither lost nor doubled', async (t) => {
  const store = await openMemoryStore();
  const writer = new Writer(store);
  for (let index = 0; index < 300; index++) await writer.put('a', `n${index}`, { data: { fill: 'x'.repeat(3000) } });
  const opening = WatchCache.open({ store, prefix: PREFIX });
  await Promise.resolve();
  const writes = [writer.put('a', 'n7', { data: { late: true } }), writer.delete('a', 'n8'), writer.put('a', 'new')];
  await Promise.all(writes);
  using cache = await opening;
  t.is(cache.size, 300);
  t.deepEqual((cache.object(cache.get('a', 'n7')!) as ConfigMap).data, { late: true });
  t.is(cache.get('a', 'n8'), undefined);
  t.truthy(cache.get('a', 'new'));
  await store[Symbol.asyncDispose]();
});

test('objects come frozen, with their resourceVersion, and the bytes say the same', async (t) => {
  const { cache, writer } = await setting(t);
  const revision = await writer.put('a', 'x', { labels: { app: 'web' }, data: { list: [{ deep: 1 }] } });
  const entry = cache.get('a', 'x')!;
  const object = cache.object(entry) as ConfigMap;
  t.is(object.metadata.resourceVersion, String(revision));
  t.true(Object.isFrozen(object));
  t.true(Object.isFrozen((object.data['list'] as object[])[0]));
  t.is(cache.object(entry), object, 'the same object while it is kept');
  const json = Buffer.from(spliceResourceVersion(entry.value, entry.revision)).toString();
  t.deepEqual(JSON.parse(json), object);
  t.true(json.startsWith(`{"apiVersion":"v1","kind":"ConfigMap","metadata":{"resourceVersion":"${revision}",`));
});

test('lists are ordered by namespace, then name, as bytes', async (t) => {
  const { cache, writer } = await setting(t);
  for (const [namespace, name] of [
    ['a-b', 'x'],
    ['a', 'z'],
    ['b', 'a'],
    ['a', 'x.y'],
    ['a', 'x-y'],
    ['a', 'x'],
  ] as const)
    await writer.put(namespace, name);
  const expected = ['a/x', 'a/x-y', 'a/x.y', 'a/z', 'a-b/x', 'b/a'];
  t.deepEqual(names((await cache.list()).entries), expected);
  t.deepEqual(names((await cache.list({ revision: 6 })).entries), expected);
  t.deepEqual(names((await cache.list({ namespace: 'a' })).entries), expected.slice(0, 4));
  t.deepEqual(names(cache.snapshot('a-b')), ['a-b/x']);
  t.deepEqual(names((await cache.list({ namespace: 'none' })).entries), []);
});

test('cluster-scoped objects have no namespace', async (t) => {
  const { cache, writer } = await setting(t);
  await writer.put('', 'one');
  await writer.put('', 'two');
  t.deepEqual(names((await cache.list()).entries), ['one', 'two']);
  t.like(cache.get('', 'one'), { key: objectKey(PREFIX, '', 'one'), namespace: '', name: 'one' });
  t.is((await cache.list({ name: 'two' })).entries.length, 1);
});

test('lists select by predicate, name and owner, and count what is left only without a selector', async (t) => {
  const { cache, writer } = await setting(t);
  for (let index = 0; index < 10; index++) {
    const labels = { parity: index % 2 ? 'odd' : 'even' };
    await writer.put(index < 5 ? 'a' : 'b', `n${index % 5}`, {
      labels,
      owners: index % 3 === 0 ? ['u1'] : ['u2', 'u3'],
    });
  }
  const odd = await cache.list({ matches: (entry) => entry.labels['parity'] === 'odd', limit: 3 });
  t.deepEqual(names(odd.entries), ['a/n1', 'a/n3', 'b/n0']);
  t.true(odd.more);
  t.is(odd.remaining, undefined);
  const rest = await cache.list({
    matches: (entry) => entry.labels['parity'] === 'odd',
    after: odd.entries.at(-1)!.key,
  });
  t.deepEqual(names(rest.entries), ['b/n2', 'b/n4']);
  t.false(rest.more);
  t.is((await cache.list({ limit: 4 })).remaining, 6);
  t.deepEqual(names((await cache.list({ name: 'n2' })).entries), ['a/n2', 'b/n2']);
  t.deepEqual(names((await cache.list({ name: 'n2', namespace: 'b' })).entries), ['b/n2']);
  t.deepEqual(names((await cache.list({ name: 'n9', namespace: 'b' })).entries), []);
  t.deepEqual(names((await cache.list({ ownerUid: 'u1' })).entries), ['a/n0', 'a/n3', 'b/n1', 'b/n4']);
  t.deepEqual(names((await cache.list({ ownerUid: 'u1', namespace: 'b', limit: 1 })).entries), ['b/n1']);
});

test('objects are found by uid and by owner for as long as they have them', async (t) => {
  const { cache, writer } = await setting(t);
  await writer.put('a', 'x', { owners: ['u1', 'u2'] });
  await writer.put('a', 'y', { owners: ['u2'] });
  t.deepEqual(names(cache.ownedBy('u1')), ['a/x']);
  t.deepEqual(names(cache.ownedBy('u2')).toSorted(), ['a/x', 'a/y']);
  t.is(cache.byUid('uid-a-x')?.name, 'x');
  await writer.put('a', 'x', { owners: ['u1'] });
  t.deepEqual(names(cache.ownedBy('u2')), ['a/y']);
  await writer.delete('a', 'x');
  t.deepEqual(names(cache.ownedBy('u1')), []);
  t.is(cache.byUid('uid-a-x'), undefined);
});

test('field selectors find metadata.name, metadata.namespace and what the kind declares', async (t) => {
  const selectableFields = (object: unknown) => ({ 'data.phase': String((object as ConfigMap).data['phase']) });
  const { cache, writer } = await setting(t, { selectableFields });
  await writer.put('a', 'x', { data: { phase: 'Active' } });
  t.deepEqual(
    { ...cache.get('a', 'x')?.fields },
    { 'metadata.name': 'x', 'metadata.namespace': 'a', 'data.phase': 'Active' },
  );
});

test('pages show the snapshot of the first one, from the cache or from the store', async (t) => {
  const fixture = await setting(t);
  const { store, writer } = fixture;
  for (let index = 0; index < 7; index++) await writer.put('a', `n${index}`);
  const expected = [['a/n0', 'a/n1', 'a/n2'], ['a/n3', 'a/n4', 'a/n5'], ['a/n6']];
  t.deepEqual(
    await pages(fixture, 3, () => store.create(`/other/${store.currentRevision()}`, new Uint8Array(1))),
    expected,
  );
  let round = 0;
  const disturb = async () => {
    await writer.put('a', `n0-${round++}`);
    await writer.delete('a', `n${6 - round}`);
  };
  t.deepEqual(await pages(fixture, 3, disturb), expected);
});

test('a page of an old snapshot keeps its selector and its limit', async (t) => {
  const { cache, writer } = await setting(t);
  for (let index = 0; index < 12; index++)
    await writer.put('a', `n${10 + index}`, { labels: { third: String(index % 3) } });
  await writer.put('a', 'later', { labels: { third: '1' } });
  const matches = (entry: { readonly labels: Readonly<Record<string, string>> }) => entry.labels['third'] === '1';
  const first = await cache.list({ revision: 12, matches, limit: 3 });
  t.deepEqual(names(first.entries), ['a/n11', 'a/n14', 'a/n17']);
  t.true(first.more);
  const rest = await cache.list({ revision: 12, matches, limit: 3, after: first.entries.at(-1)!.key });
  t.deepEqual(names(rest.entries), ['a/n20']);
  t.false(rest.more);
  t.false((await cache.list({ revision: 12, limit: 12 })).more);
  t.true((await cache.list({ revision: 12, limit: 11 })).more);
});

test('a snapshot that is no longer kept is Expired, one from the future Ahead', async (t) => {
  const { cache, writer, store } = await setting(t);
  for (let index = 0; index < 5; index++) await writer.put('a', `n${index}`);
  await store.compact(4);
  const expired = await t.throwsAsync(cache.list({ revision: 2 }), { instanceOf: WatchCacheError });
  t.is(expired.code, 'Expired');
  const ahead = await t.throwsAsync(cache.list({ revision: 99 }), { instanceOf: WatchCacheError });
  t.is(ahead.code, 'Ahead');
});

test('reached waits for a revision, and gives up after its timeout or with its signal', async (t) => {
  const { cache, writer } = await setting(t);
  await cache.reached();
  const waiting = cache.reached(2);
  await writer.put('a', 'x');
  await writer.put('a', 'y');
  await waiting;
  const ahead = await t.throwsAsync(cache.reached(9, { timeoutMilliseconds: 20 }), { instanceOf: WatchCacheError });
  t.is(ahead.code, 'Ahead');
  const controller = new AbortController();
  const aborted = cache.reached(9, { signal: controller.signal });
  controller.abort(new RangeError('enough'));
  await t.throwsAsync(aborted, { instanceOf: RangeError });
});

test('a damaged value is told and left out; the rest of the resource is well', async (t) => {
  const damaged: string[] = [];
  const { cache, store, writer } = await setting(
    t,
    { onDamaged: (key) => void damaged.push(key) },
    async (writer, store) => {
      await writer.put('a', 'good');
      await store.create(objectKey(PREFIX, 'a', 'bad'), Buffer.from('{}'));
    },
  );
  t.deepEqual(names(cache.snapshot()), ['a/good']);
  await store.update(objectKey(PREFIX, 'a', 'good'), Buffer.from('nonsense'), 1);
  t.deepEqual(names(cache.snapshot()), []);
  await writer.put('a', 'good');
  t.deepEqual(names(cache.snapshot()), ['a/good']);
  t.deepEqual(damaged, [objectKey(PREFIX, 'a', 'bad'), objectKey(PREFIX, 'a', 'good')]);
});

test('a closed cache, and one whose store is closed, says so', async (t) => {
  const { cache, store } = await setting(t);
  const ended: string[] = [];
  cache.subscribe({ change() {}, end: (error) => void ended.push(error.code) });
  const watch = await cache.watch();
  await store[Symbol.asyncDispose]();
  t.throws(() => cache.get('a', 'x'), { instanceOf: WatchCacheError });
  await t.throwsAsync(cache.list(), { instanceOf: WatchCacheError });
  t.deepEqual(await watch.read(), []);
  t.deepEqual(ended, ['Closed']);
});
