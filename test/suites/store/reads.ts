import { bytes, put, rejects, text } from './harness.ts';
import type { StoreTest } from './harness.ts';
import type { Store, StorePage } from '../../../api/store/store.ts';

const keysOf = (page: StorePage): string[] => page.entries.map(({ key }) => key);

/** Keys whose order as UTF-16 differs from their order as bytes, and others that tempt a database. */
const ODD_KEYS = [
  '/k/',
  '/k/\u0000',
  '/k/\u0000a',
  "/k/'; DROP TABLE log; --",
  '/k/%',
  '/k/*',
  '/k/A',
  '/k/_',
  '/k/a',
  '/k/a/b',
  '/k/a\u0000b',
  '/k/é',
  '/k/\uffff',
  '/k/\u{1f600}',
  '/k/\u{10ffff}',
];

async function allPages(store: Store, prefix: string, limit: number): Promise<StorePage[]> {
  const pages = [await store.list(prefix, { limit })];
  for (let page = pages[0]!; page.more; pages.push(page)) {
    page = await store.list(prefix, { limit, revision: page.revision, after: page.entries.at(-1)!.key });
  }
  return pages;
}

/** What a read promises, of the newest state and of older ones. */
export const readTests: Readonly<Record<string, StoreTest>> = {
  'keys are ordered as their bytes, whatever their characters': async (t, store) => {
    for (const key of ODD_KEYS.toReversed()) await store.create(key, bytes(key));
    const expected = ODD_KEYS.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    const page = await store.list('/k/');
    t.deepEqual(keysOf(page), expected);
    t.true(page.entries.every(({ key, value }) => text(value) === key));
    await store.create('/other', bytes('x'));
    t.deepEqual(keysOf(await store.list('/k/', { revision: ODD_KEYS.length })), expected);
    t.deepEqual((await allPages(store, '/k/', 4)).flatMap(keysOf), expected);
    for (const key of ODD_KEYS) t.is(text((await store.get(key))?.value), key);
    await store.create('\ufeffmark', bytes('x'));
    await store.create('/last', bytes('x'));
    const { revision } = await store.list('');
    await store.create('/after', bytes('x'));
    t.true(keysOf(await store.list('', { revision })).includes('\ufeffmark'));
  },

  'a prefix selects keys that begin with it and no others': async (t, store) => {
    for (const key of ['/a', '/a/', '/a/1', '/a/2', '/a0', '/b/1']) await store.create(key, bytes('x'));
    t.deepEqual(keysOf(await store.list('/a/')), ['/a/', '/a/1', '/a/2']);
    t.deepEqual(keysOf(await store.list('')), ['/a', '/a/', '/a/1', '/a/2', '/a0', '/b/1']);
    t.deepEqual(keysOf(await store.list('/c')), []);
    await store.create('/z', bytes('x'));
    t.deepEqual(keysOf(await store.list('/a/', { revision: 6 })), ['/a/', '/a/1', '/a/2']);
    t.deepEqual(keysOf(await store.list('', { revision: 2 })), ['/a', '/a/']);
  },

  'a page says how many follow, and the next goes on behind its last key': async (t, store) => {
    for (let index = 0; index < 7; index++) await store.create(`/k/${index}`, bytes('x'));
    const pages = await allPages(store, '/k/', 3);
    t.deepEqual(pages.map(keysOf), [['/k/0', '/k/1', '/k/2'], ['/k/3', '/k/4', '/k/5'], ['/k/6']]);
    t.deepEqual(
      pages.map(({ more }) => more),
      [true, true, false],
    );
    for (const [index, { remaining }] of pages.entries())
      if (remaining !== undefined) t.is(remaining, [4, 1, 0][index]!);
  },

  'a page that ends with the last key has no more behind it': async (t, store) => {
    for (let index = 0; index < 4; index++) await store.create(`/k/${index}`, bytes('x'));
    await store.create('/l', bytes('x'));
    t.deepEqual(
      (await allPages(store, '/k/', 2)).map(({ more }) => more),
      [true, false],
    );
    t.false((await store.list('/k/', { revision: 4, limit: 4 })).more);
    t.true((await store.list('/k/', { revision: 4, limit: 3 })).more);
  },

  'pages show the snapshot of the first one, whatever is written in between': async (t, store) => {
    for (let index = 0; index < 10; index++) await store.create(`/k/${index}`, bytes('old'));
    const first = await store.list('/k/', { limit: 4 });
    await store.delete('/k/5', 6);
    await store.update('/k/6', bytes('new'), 7);
    await store.create('/k/55', bytes('new'));
    await store.create('/k/99', bytes('new'));
    await store.delete('/k/0', 1);
    const rest = await store.list('/k/', { revision: first.revision, after: '/k/3' });
    t.deepEqual(keysOf(rest), ['/k/4', '/k/5', '/k/6', '/k/7', '/k/8', '/k/9']);
    t.true(rest.entries.every(({ value }) => text(value) === 'old'));
    t.is(rest.revision, first.revision);
    t.deepEqual(keysOf(await store.list('/k/', { limit: 2 })), ['/k/1', '/k/2']);
  },

  'more than one slice of old versions comes back whole and in order': async (t, store) => {
    const count = 1200;
    await Promise.all(Array.from({ length: count }, (_, index) => store.create(`/k/${1000 + index}`, bytes('old'))));
    const revision = store.currentRevision();
    await put(store, '/k/1000', 'new');
    await store.delete('/k/1001', (await store.get('/k/1001'))!.modRevision);
    const page = await store.list('/k/', { revision });
    t.deepEqual(
      keysOf(page),
      Array.from({ length: count }, (_, index) => `/k/${1000 + index}`),
    );
    t.true(page.entries.every(({ value }) => text(value) === 'old'));
    t.false(page.more);
  },

  'a key is read as it was at any revision': async (t, store) => {
    await store.create('/a', bytes('1'));
    await store.update('/a', bytes('2'), 1);
    await store.delete('/a', 2);
    await store.create('/a', bytes('4'));
    await store.create('/b', bytes('x'));
    const seen = await Promise.all([0, 1, 2, 3, 4, 5].map((revision) => store.get('/a', { revision })));
    t.deepEqual(
      seen.map((entry) => text(entry?.value)),
      [undefined, '1', '2', undefined, '4', '4'],
    );
    t.like(seen[2], { createRevision: 1, modRevision: 2 });
  },

  'a revision that has not happened is FutureRevision': async (t, store) => {
    await store.create('/a', bytes('1'));
    await rejects(t, store.get('/a', { revision: 2 }), 'FutureRevision');
    await rejects(t, store.list('/', { revision: 2 }), 'FutureRevision');
    await rejects(t, store.compact(2), 'FutureRevision');
    t.throws(() => store.watch('/', 2, { changes() {}, progress() {}, end() {} }), { name: 'StoreError' });
  },

  'a pending value is read by nobody': async (t, store) => {
    await store.create('/a', bytes('1'));
    const written = store.update('/a', bytes('2'), 1);
    const created = store.create('/b', bytes('1'));
    t.is(text((await store.get('/a'))?.value), '1');
    t.deepEqual(keysOf(await store.list('/')), ['/a']);
    t.is(store.currentRevision(), 1);
    await Promise.all([written, created]);
    t.is(text((await store.get('/a'))?.value), '2');
  },
};
