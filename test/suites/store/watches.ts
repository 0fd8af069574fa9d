import { bytes, put, Recorder, rejects, text } from './harness.ts';
import type { StoreTest } from './harness.ts';

/** What an observer is promised. */
export const watchTests: Readonly<Record<string, StoreTest>> = {
  'an observer is told of puts and deletes under its prefix, each with what was there before': async (t, store) => {
    const recorder = new Recorder();
    using _watch = store.watch('/a/', 0, recorder);
    await store.create('/a/1', bytes('x'));
    await store.create('/b/1', bytes('x'));
    await store.update('/a/1', bytes('y'), 1);
    await store.delete('/a/1', 3);
    await recorder.until(4);
    t.deepEqual(recorder.lines, ['1 put /a/1=x', '3 put /a/1=y', '4 delete /a/1']);
    t.deepEqual(
      recorder.received.map(({ previous }) => text(previous?.value)),
      [undefined, 'x', 'y'],
    );
    t.like(recorder.received[2]?.previous, { createRevision: 1, modRevision: 3 });
  },

  'a watch that starts in the past gets every change since then, then the live ones': async (t, store) => {
    await store.create('/a', bytes('1'));
    await store.update('/a', bytes('2'), 1);
    await store.create('/b', bytes('1'));
    await store.delete('/a', 2);
    const recorder = new Recorder();
    using _watch = store.watch('/', 1, recorder);
    await store.create('/c', bytes('1'));
    await recorder.until(5);
    t.deepEqual(recorder.lines, ['2 put /a=2', '3 put /b=1', '4 delete /a', '5 put /c=1']);
    t.deepEqual(
      recorder.received.map(({ previous }) => text(previous?.value)),
      ['1', undefined, '2', undefined],
    );
  },

  'progress tells of changes that were not under the prefix, for the past and live': async (t, store) => {
    await store.create('/b/1', bytes('x'));
    const recorder = new Recorder();
    using _watch = store.watch('/a/', 0, recorder);
    await recorder.until(1);
    await store.create('/b/2', bytes('x'));
    await recorder.until(2);
    t.deepEqual(recorder.lines, []);
  },

  'watches that start anywhere under load see each change once, in order': async (t, store) => {
    const recorders: { readonly after: number; readonly recorder: Recorder; readonly watch: Disposable }[] = [];
    const observe = () => {
      const after = Math.max(0, store.currentRevision() - recorders.length * 7);
      const recorder = new Recorder();
      recorders.push({ after, recorder, watch: store.watch('/', after, recorder) });
    };
    await Promise.all(
      Array.from({ length: 20 }, async (_, writer) => {
        for (let round = 0; round < 30; round++) {
          await put(store, `/w/${writer}`, String(round));
          if (round % 10 === writer % 10) observe();
        }
      }),
    );
    const last = store.currentRevision();
    t.is(last, 600);
    for (const { after, recorder, watch } of recorders) {
      await recorder.until(last);
      t.deepEqual(
        recorder.revisions,
        Array.from({ length: last - after }, (_, index) => after + index + 1),
      );
      watch[Symbol.dispose]();
    }
    t.is(recorders.length, 60);
  },

  'a watch over a long past sees it whole': async (t, store) => {
    await Promise.all(Array.from({ length: 2500 }, (_, index) => store.create(`/k/${index % 2}/${index}`, bytes('x'))));
    const recorder = new Recorder();
    using _watch = store.watch('/k/1/', 0, recorder);
    await recorder.until(2500);
    t.is(recorder.revisions.length, 1250);
    t.deepEqual(
      recorder.revisions,
      recorder.revisions.toSorted((a, b) => a - b),
    );
  },

  'a disposed watch is told nothing more, not even its end': async (t, store) => {
    const recorder = new Recorder();
    const watch = store.watch('/', 0, recorder);
    await store.create('/a', bytes('1'));
    await recorder.until(1);
    watch[Symbol.dispose]();
    await store.create('/b', bytes('1'));
    t.deepEqual(recorder.lines, ['1 put /a=1']);
    t.is(recorder.ended, undefined);
  },

  'a watch from before the history is refused': async (t, store) => {
    await store.create('/a', bytes('1'));
    await store.update('/a', bytes('2'), 1);
    await store.compact(2);
    t.throws(() => store.watch('/', 1, new Recorder()), {
      name: 'StoreError',
      message: /^too old resource version: 1 \(2\)$/,
    });
    using _watch = store.watch('/', 2, new Recorder());
  },

  'what an observer reads while it is called is the state of that revision': async (t, store) => {
    const seen: Promise<string>[] = [];
    using _watch = store.watch('/', 0, {
      changes(revision) {
        const at = store.currentRevision();
        seen.push(store.list('/').then((page) => `${revision} ${at} ${page.revision} ${page.entries.length}`));
      },
      progress() {},
      end() {},
    });
    await store.create('/a', bytes('1'));
    await store.create('/b', bytes('1'));
    await t.notThrowsAsync(Promise.all(seen));
    t.deepEqual(await Promise.all(seen), ['1 1 1 1', '2 2 2 2']);
  },

  'closing ends every watch with Closed': async (t, store) => {
    const live = new Recorder();
    store.watch('/', 0, live);
    await store.create('/a', bytes('1'));
    await store[Symbol.asyncDispose]();
    t.is((await live.untilEnd()).code, 'Closed');
    await rejects(t, store.get('/a'), 'Closed');
  },
};
