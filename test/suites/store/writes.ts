import { bytes, put, rejects, text } from './harness.ts';
import type { StoreTest } from './harness.ts';
import { MAX_VALUE_BYTES } from '../../../api/store/store.ts';

/** What a write promises to the one who asked for it. */
export const writeTests: Readonly<Record<string, StoreTest>> = {
  'revisions begin at 0 and each successful write takes the next one': async (t, store) => {
    t.is(store.currentRevision(), 0);
    t.is(await store.create('/a', bytes('1')), 1);
    t.is(await store.create('/b', bytes('1')), 2);
    t.is(await store.update('/a', bytes('2'), 1), 3);
    t.is(await store.delete('/b', 2), 4);
    t.is(store.currentRevision(), 4);
  },

  'a write that is refused takes no revision': async (t, store) => {
    await store.create('/a', bytes('1'));
    await rejects(t, store.create('/a', bytes('2')), 'AlreadyExists');
    await rejects(t, store.update('/a', bytes('2'), 7), 'Conflict');
    await rejects(t, store.delete('/missing', 1), 'NotFound');
    t.is(await store.create('/b', bytes('1')), 2);
  },

  'an entry carries its bytes, the revision of its creation and of its last change': async (t, store) => {
    await store.create('/other', bytes('x'));
    await store.create('/a', bytes('1'));
    await store.update('/a', bytes('2'), 2);
    t.like(await store.get('/a'), { key: '/a', createRevision: 2, modRevision: 3 });
    t.is(text((await store.get('/a'))?.value), '2');
  },

  'a key that was deleted and created again has a new creation': async (t, store) => {
    await store.create('/a', bytes('1'));
    await store.delete('/a', 1);
    t.is(await store.get('/a'), undefined);
    await store.create('/a', bytes('2'));
    t.like(await store.get('/a'), { createRevision: 3, modRevision: 3 });
  },

  'AlreadyExists, Conflict and a failed delete show the entry that stood in the way': async (t, store) => {
    await store.create('/a', bytes('1'));
    for (const refused of [
      await rejects(t, store.create('/a', bytes('2')), 'AlreadyExists'),
      await rejects(t, store.update('/a', bytes('2'), 9), 'Conflict'),
      await rejects(t, store.delete('/a', 9), 'Conflict'),
    ]) {
      t.is(refused.current?.modRevision, 1);
      t.is(text(refused.current?.value), '1');
    }
  },

  'update and delete of what is not there are NotFound': async (t, store) => {
    await rejects(t, store.update('/a', bytes('1'), 1), 'NotFound');
    await rejects(t, store.delete('/a', 1), 'NotFound');
    await store.create('/a', bytes('1'));
    await store.delete('/a', 1);
    await rejects(t, store.update('/a', bytes('1'), 1), 'NotFound');
  },

  'of two creates at once one wins, and the other hears of it when what it lost to can be read': async (t, store) => {
    const first = store.create('/a', bytes('1'));
    const refused = await rejects(t, store.create('/a', bytes('2')), 'AlreadyExists');
    t.is(text(refused.current?.value), '1');
    t.is(text((await store.get('/a'))?.value), '1');
    t.is(await first, 1);
  },

  'of two updates on the same version one wins': async (t, store) => {
    await store.create('/a', bytes('0'));
    const results = await Promise.allSettled([1, 2, 3].map((n) => store.update('/a', bytes(String(n)), 1)));
    t.deepEqual(
      results.map(({ status }) => status),
      ['fulfilled', 'rejected', 'rejected'],
    );
    t.is(text((await store.get('/a'))?.value), '1');
  },

  'a create over a pending delete is decided on it': async (t, store) => {
    await store.create('/a', bytes('1'));
    const revisions = await Promise.all([store.delete('/a', 1), store.create('/a', bytes('2'))]);
    t.deepEqual(revisions, [2, 3]);
    t.like(await store.get('/a'), { createRevision: 3, modRevision: 3 });
  },

  'an update over a pending create keeps its creation': async (t, store) => {
    const revisions = await Promise.all([
      store.create('/other', bytes('x')),
      store.create('/a', bytes('1')),
      store.update('/a', bytes('2'), 2),
    ]);
    t.deepEqual(revisions, [1, 2, 3]);
    t.like(await store.get('/a'), { createRevision: 2, modRevision: 3 });
  },

  'fifty writers that retry on conflict count exactly': async (t, store) => {
    await store.create('/counter', bytes('0'));
    let conflicts = 0;
    const increment = async (): Promise<void> => {
      for (;;) {
        const head = (await store.get('/counter'))!;
        try {
          await store.update('/counter', bytes(String(Number(text(head.value)) + 1)), head.modRevision);
          return;
        } catch {
          conflicts++;
        }
      }
    };
    await Promise.all(Array.from({ length: 50 }, increment));
    t.is(text((await store.get('/counter'))?.value), '50');
    t.is(store.currentRevision(), 51);
    t.true(conflicts > 0, 'the writers did meet');
  },

  'fifty writers of keys of their own all land, with revisions without gaps': async (t, store) => {
    const revisions = await Promise.all(
      Array.from({ length: 50 }, async (_, writer) => {
        const own: number[] = [];
        for (let round = 0; round < 10; round++) own.push(await put(store, `/w/${writer}`, String(round)));
        return own;
      }),
    );
    const sorted = revisions.flat().sort((a, b) => a - b);
    t.deepEqual(
      sorted,
      Array.from({ length: 500 }, (_, index) => index + 1),
    );
    t.true(revisions.every((own) => own.every((revision, index) => index === 0 || revision > own[index - 1]!)));
  },

  'the value limit is the same everywhere: as much is taken, a byte more is TooLarge': async (t, store) => {
    const largest = new Uint8Array(MAX_VALUE_BYTES).fill(7);
    await store.create('/a', largest);
    t.is((await store.get('/a'))?.value.length, MAX_VALUE_BYTES);
    await rejects(t, store.create('/b', new Uint8Array(MAX_VALUE_BYTES + 1)), 'TooLarge');
    await rejects(t, store.update('/a', new Uint8Array(MAX_VALUE_BYTES + 1), 1), 'TooLarge');
    t.is(store.currentRevision(), 1);
  },

  'values are any bytes, none at all included': async (t, store) => {
    const all = Uint8Array.from({ length: 256 }, (_, index) => index);
    await store.create('/all', all);
    await store.create('/none', new Uint8Array());
    t.deepEqual(Uint8Array.from((await store.get('/all'))!.value), all);
    t.is((await store.get('/none'))?.value.length, 0);
    t.is((await store.list('/')).entries.length, 2);
  },

  'what the caller does to its bytes afterwards changes nothing': async (t, store) => {
    const value = bytes('before');
    const written = store.create('/a', value);
    value.fill(0);
    await written;
    t.is(text((await store.get('/a'))?.value), 'before');
  },

  'a key that is empty or has no UTF-8 form is refused': async (t, store) => {
    await t.throwsAsync(store.create('', bytes('1')), { instanceOf: TypeError });
    await t.throwsAsync(store.create('/\ud800', bytes('1')), { instanceOf: TypeError });
    t.is(store.currentRevision(), 0);
  },
};
