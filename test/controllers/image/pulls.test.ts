import test from 'ava';
import { Pulls } from '../../../controllers/image/pulls.ts';
import { ManualTime, turns } from '../../support/manual-time.ts';

const PROGRESS = { phase: 'Downloading', completedBytes: 1, totalBytes: 2, layers: 1, layersDone: 0 } as const;

function openPulls(limit?: number) {
  const time = new ManualTime();
  const pulls = new Pulls(time, limit);
  const woken: string[] = [];
  const source = pulls.source.start((key) => woken.push(key));
  return { time, pulls, woken, source };
}

const untilAborted = (_: unknown, signal: AbortSignal): Promise<never> =>
  new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));

test('a fetch is running, then done, and wakes its Image', async (t) => {
  const { pulls, woken } = openPulls();
  const { promise, resolve } = Promise.withResolvers<void>();
  pulls.start('a', '1', () => promise);
  t.is(pulls.state('a', '1')?.type, 'running');
  t.is(pulls.state('a', '2'), undefined);
  resolve();
  await turns();
  t.is(pulls.state('a', '1')?.type, 'done');
  t.deepEqual(woken, ['a']);
});

test('failures wait twice as long each time, up to five minutes; another attempt starts anew', async (t) => {
  const { pulls, time } = openPulls();
  const waits: number[] = [];
  for (let tries = 0; tries < 11; tries += 1) {
    pulls.start('a', '1', () => Promise.reject(new Error('no')));
    await turns();
    const state = pulls.state('a', '1');
    waits.push(state?.type === 'failed' ? state.retryAt - time.now() : -1);
  }
  t.deepEqual(
    waits,
    [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300].map((seconds) => seconds * 1000),
  );
  pulls.start('a', '2', () => Promise.reject(new Error('no')));
  await turns();
  t.like(pulls.state('a', '2'), { type: 'failed', failures: 1 });
});

test('progress wakes about once a second', async (t) => {
  const { pulls, woken, time } = openPulls();
  let tell: (progress: typeof PROGRESS) => void = () => undefined;
  pulls.start('a', '1', (progress, signal) => {
    tell = progress;
    return untilAborted(undefined, signal);
  });
  await turns();
  for (let tenths = 0; tenths < 25; tenths += 1) {
    tell(PROGRESS);
    await time.pass(100);
  }
  t.is(woken.length, 3);
  t.deepEqual(pulls.state('a', '1'), { type: 'running', progress: PROGRESS });
  await pulls.cancel('a');
});

test('as many at once as there are places; those that hang do not keep one that is cancelled while it waits', async (t) => {
  const { pulls } = openPulls(2);
  const begun: string[] = [];
  const hang = (name: string) => (_: unknown, signal: AbortSignal) => {
    begun.push(name);
    return untilAborted(undefined, signal);
  };
  for (const name of ['a', 'b', 'c', 'd']) pulls.start(name, '1', hang(name));
  await turns();
  t.deepEqual(begun, ['a', 'b']);
  await pulls.cancel('c');
  await pulls.cancel('a');
  await turns();
  t.deepEqual(begun, ['a', 'b', 'd']);
  await Promise.all(['b', 'd'].map((name) => pulls.cancel(name)));
  pulls.start('e', '1', hang('e'));
  pulls.start('f', '1', hang('f'));
  await turns();
  t.deepEqual(begun.slice(3), ['e', 'f'], 'no place was lost');
  await Promise.all(['e', 'f'].map((name) => pulls.cancel(name)));
});

test('another attempt ends the one before it; a dropped one wakes nobody', async (t) => {
  const { pulls, woken } = openPulls();
  const ended: string[] = [];
  const hang = (name: string) => (_: unknown, signal: AbortSignal) =>
    untilAborted(undefined, signal).finally(() => ended.push(name));
  pulls.start('a', '1', hang('first'));
  await turns();
  pulls.start('a', '2', hang('second'));
  await turns();
  t.deepEqual(ended, ['first']);
  pulls.drop('a');
  await turns();
  t.deepEqual(ended, ['first', 'second']);
  t.deepEqual(woken, []);
  t.is(pulls.state('a', '2'), undefined);
});

test('what was fetched and is not there counts as a failure', async (t) => {
  const { pulls, time } = openPulls();
  pulls.start('a', '1', async () => undefined);
  await turns();
  t.is(pulls.vanished('a', 'gone').retryAt, time.now() + 1000);
  pulls.start('a', '1', async () => undefined);
  await turns();
  t.is(pulls.vanished('a', 'gone').retryAt, time.now() + 2000);
});

test('disposing the source ends everything', async (t) => {
  const { pulls, source, woken } = openPulls();
  let aborted = false;
  pulls.start('a', '1', (_, signal) => untilAborted(undefined, signal).finally(() => (aborted = true)));
  await turns();
  source[Symbol.dispose]();
  await turns();
  t.true(aborted);
  t.deepEqual(woken, []);
});
