import { setTimeout as sleep } from 'node:timers/promises';
import { bytes, put, Recorder, rejects, text } from './harness.ts';
import type { StoreTest } from './harness.ts';

/** Compaction, expiry, closing. */
export const historyTests: Readonly<Record<string, StoreTest>> = {
  'compaction forgets what was replaced before its revision and nothing else': async (t, store) => {
    await store.create('/a', bytes('1'));
    await store.update('/a', bytes('2'), 1);
    await store.create('/quiet', bytes('q'));
    await store.update('/a', bytes('4'), 2);
    await store.update('/a', bytes('5'), 4);
    await store.compact(4);
    t.is(store.compactedRevision(), 4);
    await rejects(t, store.get('/a', { revision: 3 }), 'Compacted');
    await rejects(t, store.list('/', { revision: 3 }), 'Compacted');
    t.is(text((await store.get('/a', { revision: 4 }))?.value), '4');
    t.is(text((await store.get('/quiet', { revision: 4 }))?.value), 'q');
    t.is((await store.list('/', { revision: 4 })).entries.length, 2);
    t.is(text((await store.get('/a'))?.value), '5');
  },

  'deleted keys leave nothing behind, and live on in what is still readable': async (t, store) => {
    await store.create('/a', bytes('1'));
    await store.create('/b', bytes('1'));
    await store.delete('/a', 1);
    await store.delete('/b', 2);
    await store.compact(3);
    t.is(await store.get('/a', { revision: 3 }), undefined);
    t.is(text((await store.get('/b', { revision: 3 }))?.value), '1');
    const recorder = new Recorder();
    using _watch = store.watch('/', 3, recorder);
    await recorder.until(4);
    t.deepEqual(recorder.lines, ['4 delete /b']);
    t.is(text(recorder.received[0]?.previous?.value), '1');
    await store.compact(4);
    t.is(await store.create('/b', bytes('2')), 5);
    t.like(await store.get('/b'), { createRevision: 5 });
  },

  'compacting again, or less far, changes nothing': async (t, store) => {
    for (let round = 0; round < 5; round++) await put(store, '/a', String(round));
    await store.compact(3);
    await store.compact(2);
    await store.compact(3);
    t.is(store.compactedRevision(), 3);
    t.is(text((await store.get('/a', { revision: 3 }))?.value), '2');
  },

  'compactions go on where the last one ended, with writes between and during': async (t, store) => {
    const writing = Promise.all(
      Array.from({ length: 10 }, async (_, writer) => {
        for (let round = 0; round < 100; round++) await put(store, `/w/${writer}`, String(round));
      }),
    );
    for (let round = 0; round < 5; round++) {
      await put(store, '/x', String(round));
      await store.compact(store.currentRevision());
    }
    await writing;
    await store.compact(store.currentRevision());
    const page = await store.list('/w/', { revision: store.currentRevision() });
    t.deepEqual(
      page.entries.map(({ value }) => text(value)),
      Array.from({ length: 10 }, () => '99'),
    );
  },

  'a snapshot whose history is compacted away between two pages is Compacted, not wrong': async (t, store) => {
    for (let index = 0; index < 6; index++) await store.create(`/k/${index}`, bytes('old'));
    const first = await store.list('/k/', { limit: 2 });
    await put(store, '/k/5', 'new');
    await put(store, '/k/5', 'newer');
    await store.compact(8);
    await rejects(t, store.list('/k/', { limit: 2, revision: first.revision, after: '/k/1' }), 'Compacted');
  },

  'a key with a time to live is deleted by the store, with a change of its own': async (t, store) => {
    const recorder = new Recorder();
    using _watch = store.watch('/', 0, recorder);
    await store.create('/event', bytes('e'), { ttlSeconds: 0.5 });
    await store.create('/stays', bytes('s'));
    await recorder.until(3);
    t.deepEqual(recorder.lines, ['1 put /event=e', '2 put /stays=s', '3 delete /event']);
    t.is(await store.get('/event'), undefined);
    t.is(store.currentRevision(), 3);
  },

  'an update decides anew whether and when a key expires': async (t, store) => {
    await Promise.all([
      store.create('/kept', bytes('1'), { ttlSeconds: 0.2 }),
      store.create('/prolonged', bytes('1'), { ttlSeconds: 0.2 }),
      store.create('/shortened', bytes('1'), { ttlSeconds: 60 }),
      store.update('/kept', bytes('2'), 1),
      store.update('/prolonged', bytes('2'), 2, { ttlSeconds: 60 }),
      store.update('/shortened', bytes('2'), 3, { ttlSeconds: 0.2 }),
    ]);
    const recorder = new Recorder();
    using _watch = store.watch('/', 6, recorder);
    await recorder.until(7);
    await sleep(1200);
    t.deepEqual(recorder.lines, ['7 delete /shortened']);
    t.is((await store.list('/')).entries.length, 2);
  },

  'many keys that expire together are deleted together': async (t, store) => {
    await Promise.all(
      Array.from({ length: 400 }, (_, index) => store.create(`/e/${index}`, bytes('e'), { ttlSeconds: 0.1 })),
    );
    const recorder = new Recorder();
    using _watch = store.watch('/', 400, recorder);
    await recorder.until(800);
    t.is((await store.list('/e/')).entries.length, 0);
    t.is(recorder.lines.length, 400);
  },

  'a time to live that is not above zero is refused': async (t, store) => {
    await t.throwsAsync(store.create('/a', bytes('1'), { ttlSeconds: 0 }), { instanceOf: TypeError });
    await t.throwsAsync(store.create('/a', bytes('1'), { ttlSeconds: Number.NaN }), { instanceOf: TypeError });
  },

  'closing while writing answers every write that was accepted, and refuses later ones': async (t, store) => {
    const writes = Array.from({ length: 300 }, (_, index) => store.create(`/k/${index}`, bytes('x')));
    const closed = store[Symbol.asyncDispose]();
    await rejects(t, store.create('/late', bytes('x')), 'Closed');
    const revisions = await Promise.all(writes);
    t.is(revisions.at(-1), 300);
    await closed;
    await rejects(t, store.list('/'), 'Closed');
    await rejects(t, store.update('/k/0', bytes('y'), 1), 'Closed');
    await store[Symbol.asyncDispose]();
  },
};
