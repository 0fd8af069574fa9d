import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import type { ExecutionContext } from 'ava';
import { EmbeddedStore } from '../../../api/store/embedded/embedded-store.ts';
import type { EmbeddedStoreOptions } from '../../../api/store/embedded/embedded-store.ts';
import type { JournalRecord } from '../../../api/store/embedded/journal.ts';
import { MemoryJournal } from '../../../api/store/embedded/memory-journal.ts';
import { StoreError } from '../../../api/store/store.ts';
import { bytes, put, Recorder, rejects, text } from '../../suites/store/harness.ts';

/** The event loop turns so often that only what waits for a gate is not done: milliseconds would be over at once on a machine that is busy. */
async function idle(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await nextTurn();
}

/** A journal whose appends wait until the test lets them succeed or fail. */
class GatedJournal extends MemoryJournal {
  readonly batches: string[][] = [];
  #gate = Promise.withResolvers<void>();

  override async append(records: readonly JournalRecord[]): Promise<void> {
    this.batches.push(records.map(({ key, revision }) => `${revision} ${key}`));
    await this.#gate.promise;
    await super.append(records);
  }

  /** Settles the append that was asked for last, and waits until another one arrives or the store is idle. */
  async settle(problem?: StoreError): Promise<void> {
    await idle();
    const gate = this.#gate;
    this.#gate = Promise.withResolvers();
    if (problem) gate.reject(problem);
    else gate.resolve();
    await idle();
  }
}

const diskFull = new StoreError('Unavailable', 'the disk is full');

async function gated(t: ExecutionContext, options: EmbeddedStoreOptions = {}) {
  const journal = new GatedJournal();
  const store = await EmbeddedStore.open(journal, options);
  t.teardown(() => journal.settle());
  return { journal, store };
}

test('writes that are asked for together travel together, those during a commit in the next one', async (t) => {
  const { journal, store } = await gated(t);
  const writes = [store.create('/a', bytes('1')), store.create('/b', bytes('1'))];
  await idle();
  writes.push(store.create('/c', bytes('1')), store.create('/d', bytes('1')));
  await idle();
  t.deepEqual(journal.batches, [['1 /a', '2 /b']]);
  await journal.settle();
  t.deepEqual(journal.batches.slice(1), [['3 /c', '4 /d']]);
  await journal.settle();
  t.deepEqual(await Promise.all(writes), [1, 2, 3, 4]);
});

test('a batch stays within its bounds of writes and bytes', async (t) => {
  const { journal, store } = await gated(t);
  const small = Array.from({ length: 300 }, (_, index) => store.create(`/s/${index}`, bytes('x')));
  const large = Array.from({ length: 5 }, (_, index) => store.create(`/l/${index}`, new Uint8Array(1_500_000)));
  await idle();
  for (let round = 0; round < 4; round++) await journal.settle();
  await Promise.all([...small, ...large]);
  t.deepEqual(
    journal.batches.map(({ length }) => length),
    [256, 46, 2, 1],
  );
});

test('no one is told before the batch is durable, and observers are told before the writers', async (t) => {
  const steps: string[] = [];
  const { journal, store } = await gated(t, { trace: (step, revision) => void steps.push(`${step} ${revision}`) });
  using _watch = store.watch('/', 0, {
    changes: (revision) => void steps.push(`change ${revision}`),
    progress: (revision) => void steps.push(`progress ${revision}`),
    end() {},
  });
  const writes = [store.create('/a', bytes('1')), store.create('/b', bytes('1'))];
  const note = async (write: Promise<number>) => void steps.push(`writer ${await write}`);
  for (const write of writes) void note(write);
  await idle();
  t.deepEqual(steps, ['commit-begin 2']);
  t.is(await store.get('/a'), undefined);
  await journal.settle();
  t.deepEqual(steps, [
    'commit-begin 2',
    'commit-durable 2',
    'change 1',
    'change 2',
    'observed 2',
    'acknowledged 2',
    'writer 1',
    'writer 2',
  ]);
});

test('when a commit fails its writes reject, heads roll back, and nothing was ever seen of it', async (t) => {
  const { journal, store } = await gated(t);
  const created = store.create('/a', bytes('1'));
  await journal.settle();
  await created;
  const recorder = new Recorder();
  using _watch = store.watch('/', 1, recorder);
  const failing = [store.update('/a', bytes('2'), 1), store.create('/b', bytes('1'))];
  const refused = Promise.all(failing.map((write) => rejects(t, write, 'Unavailable')));
  await idle();
  await journal.settle(diskFull);
  await refused;
  t.is(store.currentRevision(), 1);
  t.is(text((await store.get('/a'))?.value), '1');
  const again = [store.update('/a', bytes('3'), 1), store.create('/b', bytes('2'))];
  await idle();
  await journal.settle();
  t.deepEqual(await Promise.all(again), [2, 3]);
  t.deepEqual(recorder.lines, ['2 put /a=3', '3 put /b=2']);
});

test('what was decided on a write that fails, fails with it; other writes move up', async (t) => {
  const { journal, store } = await gated(t);
  const first = store.create('/a', bytes('1'));
  await idle();
  const onFirst = store.update('/a', bytes('2'), 1);
  const onThat = store.delete('/a', 2);
  const afterwards = store.create('/a', bytes('3'));
  const loser = store.update('/a', bytes('x'), 77);
  const independent = store.create('/b', bytes('1'));
  const chained = store.update('/b', bytes('2'), 5);
  const refused = Promise.all(
    [first, onFirst, onThat, afterwards, loser].map((write) => rejects(t, write, 'Unavailable')),
  );
  await journal.settle(diskFull);
  await refused;
  await journal.settle();
  t.deepEqual(await Promise.all([independent, chained]), [1, 2]);
  t.deepEqual(journal.batches, [['1 /a'], ['1 /b', '2 /b']]);
  t.like(await store.get('/b'), { createRevision: 1, modRevision: 2 });
  t.is(await store.get('/a'), undefined);
});

test('a create is free again after the create it lost to has failed', async (t) => {
  const { journal, store } = await gated(t);
  const first = store.create('/a', bytes('1'));
  const second = store.create('/a', bytes('2'));
  const refused = Promise.all([rejects(t, first, 'Unavailable'), rejects(t, second, 'Unavailable')]);
  await idle();
  await journal.settle(diskFull);
  await refused;
  const third = store.create('/a', bytes('3'));
  await idle();
  await journal.settle();
  t.is(await third, 1);
});

test('an observer that throws is ended, and costs neither writers nor other observers anything', async (t) => {
  const store = await EmbeddedStore.open(new MemoryJournal());
  let ended: StoreError | undefined;
  store.watch('/', 0, {
    changes: () => {
      throw new RangeError('broken');
    },
    progress() {},
    end: (error) => (ended = error),
  });
  const recorder = new Recorder();
  store.watch('/', 0, recorder);
  t.is(await store.create('/a', bytes('1')), 1);
  t.true(ended?.cause instanceof RangeError);
  t.deepEqual(recorder.lines, ['1 put /a=1']);
  await store[Symbol.asyncDispose]();
});

test('history is compacted away by itself, but never what is younger or among the newest', async (t) => {
  let now = 1_000_000;
  const retention = { milliseconds: 60_000, revisions: 50 };
  const store = await EmbeddedStore.open(new MemoryJournal(), { retention, now: () => now });
  for (let round = 0; round < 200; round++) await put(store, '/a', String(round));
  await idle();
  t.is(store.compactedRevision(), 0, 'all of it is young');
  now += 61_000;
  await put(store, '/a', 'later');
  await idle();
  const compacted = store.compactedRevision();
  t.true(compacted > 100 && compacted <= 151, `compacted to ${compacted}`);
  t.is(text((await store.get('/a', { revision: compacted }))?.value), String(compacted - 1));
  await store[Symbol.asyncDispose]();
});

test('an expiry whose deletion fails is tried again', async (t) => {
  t.timeout(120_000);
  const journal = new GatedJournal();
  const store = await EmbeddedStore.open(journal, {});
  const created = store.create('/a', bytes('1'), { ttlSeconds: 0.1 });
  await idle();
  await journal.settle();
  await created;
  while (journal.batches.length < 2) await sleep(50);
  await journal.settle(diskFull);
  t.not(await store.get('/a'), undefined);
  while (journal.batches.length < 3) await sleep(50);
  await journal.settle();
  t.is(await store.get('/a'), undefined);
  await store[Symbol.asyncDispose]();
});
