import test from 'ava';
import type { ProgressEntry } from '../../../../schemas/values/build-progress/entry.ts';
import { plainText } from '../../../../schemas/values/build-progress/plain-text.ts';
import { end, output, step } from './entries.ts';

/** Timers that fire when they are told to. */
function manualTimers() {
  const waiting = new Set<() => void>();
  return {
    waiting,
    after: (_: number, wake: () => void): Disposable => {
      waiting.add(wake);
      return { [Symbol.dispose]: () => void waiting.delete(wake) };
    },
  };
}

test('entries come as text, and a silence gives the word to who waits', async (t) => {
  const timers = manualTimers();
  const more = Promise.withResolvers<void>();
  const entries = async function* (): AsyncGenerator<ProgressEntry> {
    yield step('a', 'RUN a', { from: 0 });
    yield step('b', 'RUN b', { from: 0 });
    yield output('b', 1, 'from b\n');
    await more.promise;
    yield output('a', 2, 'from a\n');
    yield end(3);
  };
  const text = plainText(entries(), { after: timers.after });
  t.is((await text.next()).value, '#1 RUN a\n');
  const waiting = text.next();
  while (timers.waiting.size === 0) await new Promise((resolve) => setImmediate(resolve));
  // the entries that are there go first
  await new Promise((resolve) => setImmediate(resolve));
  for (const wake of timers.waiting) wake();
  t.is((await waiting).value, '#1 ...\n\n#2 RUN b\n#2 1.000 from b\n');
  more.resolve();
  t.is((await text.next()).value, '#2 ...\n\n#1 RUN a\n#1 2.000 from a\n');
  t.true((await text.next()).done);
  t.is(timers.waiting.size, 0);
});

test('a log that was left in the middle gives all it has, and one that breaks its error', async (t) => {
  const left = async function* (): AsyncGenerator<ProgressEntry> {
    for (const id of ['a', 'b']) yield step(id, `RUN ${id}`, { from: 0 });
  };
  const { after } = manualTimers();
  t.deepEqual(await Array.fromAsync(plainText(left(), { after })), ['#1 RUN a\n', '#1 ...\n\n#2 RUN b\n']);
  const broken = async function* (): AsyncGenerator<ProgressEntry> {
    yield step('a', 'RUN a', { from: 0 });
    throw new Error('broken');
  };
  await t.throwsAsync(Array.fromAsync(plainText(broken(), { after })), { message: 'broken' });
});

test('who stops reading ends the log', async (t) => {
  let ended = false;
  const entries = async function* (): AsyncGenerator<ProgressEntry> {
    try {
      for (;;) yield step('a', 'RUN a', { from: 0 });
    } finally {
      ended = true;
    }
  };
  for await (const text of plainText(entries(), { after: manualTimers().after })) {
    t.is(text, '#1 RUN a\n');
    break;
  }
  t.true(ended);
});
