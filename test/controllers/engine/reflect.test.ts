import test from 'ava';
import { ApiError, type Client, type ListOptions, type WatchEvent, type WatchOptions } from '../../../client/client.ts';
import { Mirror } from '../../../controllers/engine/mirror.ts';
import { reflect } from '../../../controllers/engine/reflect.ts';
import type { KubeObject } from '../../../schemas/object.ts';
import { ManualTime, turns } from '../../support/manual-time.ts';
import { thing } from '../../support/objects.ts';
import { recordingLog } from '../../support/recording-log.ts';

type Watch = (options: WatchOptions) => AsyncIterable<WatchEvent<KubeObject>>;

const refusal = (reason: string, code: number): ApiError =>
  new ApiError({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', reason, message: reason, code });

/** A server that answers by script: each list and each watch takes the next entry. */
function scripted(lists: readonly (readonly KubeObject[] | Error)[], watches: readonly Watch[]) {
  const calls: string[] = [];
  const nextList = lists.values();
  const nextWatch = watches.values();
  const client = {
    list: (_kind: unknown, options: ListOptions) => {
      calls.push(`list${options.continue === undefined ? '' : ` after ${options.continue}`}`);
      const answer = nextList.next().value ?? [];
      if (answer instanceof Error) return Promise.reject(answer);
      return Promise.resolve({ metadata: { resourceVersion: '10' }, items: answer });
    },
    watch: (_kind: unknown, options: WatchOptions) => {
      calls.push(`watch from ${options.resourceVersion}`);
      return (nextWatch.next().value ?? hang)(options);
    },
  } as unknown as Client;
  return { client, calls };
}

/** A watch whose first event is `next`. */
const only = (next: () => Promise<never>): AsyncIterable<never> => ({ [Symbol.asyncIterator]: () => ({ next }) });

/** A watch that stays open, without events, until it is aborted. */
const hang: Watch = ({ signal }) =>
  only(
    () =>
      new Promise((_resolve, reject) => {
        signal?.addEventListener('abort', () => reject(signal.reason as Error));
      }),
  );

const tells = (...events: WatchEvent<KubeObject>[]): Watch =>
  async function* telling() {
    yield* events;
  };

const fails = (error: Error): Watch => {
  const failed = async (): Promise<never> => {
    throw error;
  };
  return () => only(failed);
};

function start(client: Client) {
  const time = new ManualTime();
  const mirror = new Mirror();
  const stop = new AbortController();
  const log = recordingLog();
  let lists = 0;
  const kind = { apiVersion: 'test/v1', kind: 'Thing' };
  const done = reflect(mirror, {
    client,
    kind,
    clock: time,
    timers: time,
    random: () => 0.5,
    log,
    signal: stop.signal,
    listed: () => (lists += 1),
  });
  const end = async (): Promise<void> => {
    stop.abort();
    await done;
  };
  return { time, mirror, log, end, lists: () => lists };
}

test('a watch that ended is resumed where it ended, without a new list', async (t) => {
  const { client, calls } = scripted(
    [[thing('a', 3)]],
    [
      tells({ type: 'MODIFIED', object: thing('a', 12) }, { type: 'BOOKMARK', resourceVersion: '20' }),
      tells({ type: 'DELETED', object: thing('a', 21) }),
    ],
  );
  const { mirror, end, lists } = start(client);
  await turns(10);
  t.deepEqual(calls, ['list', 'watch from 10', 'watch from 20', 'watch from 21']);
  t.deepEqual([...mirror.keys()], []);
  t.is(lists(), 1);
  await end();
});

test('when the server has forgotten the version, a new list follows', async (t) => {
  const { client, calls } = scripted([[thing('a', 3)], [thing('b', 4)]], [fails(refusal('Expired', 410))]);
  const { mirror, end, time } = start(client);
  await time.pass(200);
  t.deepEqual(calls, ['list', 'watch from 10', 'list', 'watch from 10']);
  t.deepEqual([...mirror.keys()], ['ns/b']);
  await end();
});

test('trouble is met with growing delays, and what was last seen stays', async (t) => {
  const broken = refusal('ServiceUnavailable', 0);
  const { client, calls } = scripted(
    [[thing('a', 3)]],
    Array.from({ length: 4 }, () => fails(broken)),
  );
  const { mirror, end, time, log } = start(client);
  await turns();
  const after: number[] = [];
  for (const ms of [74, 1, 149, 1, 299, 1]) {
    await time.pass(ms);
    after.push(calls.length);
  }
  t.deepEqual(after, [2, 3, 3, 4, 4, 5]);
  t.deepEqual([...mirror.keys()], ['ns/a']);
  t.true(log.lines.every(({ level }) => level === 'warn'));
  await end();
});

test('a watch that breaks after it was of use is resumed soon, however often that happens', async (t) => {
  const breaks = (version: number): Watch =>
    async function* breaking() {
      yield { type: 'MODIFIED', object: thing('a', version) };
      throw refusal('ServiceUnavailable', 0);
    };
  const { client, calls } = scripted(
    [[thing('a', 3)]],
    Array.from({ length: 50 }, (_, n) => breaks(11 + n)),
  );
  const { end, time } = start(client);
  await time.pass(5000);
  t.true(calls.length > 50, `${calls.length} calls in 5 s`);
  await end();
});

test('a server that ends every watch at once is not hammered', async (t) => {
  const { client, calls } = scripted(
    [[]],
    Array.from({ length: 100 }, () => tells()),
  );
  const { end, time } = start(client);
  await time.pass(10_000);
  t.true(calls.length < 12, `${calls.length} calls in 10 s`);
  await end();
});

test('a watch on a dead connection is given up', async (t) => {
  const { client, calls } = scripted([[]], [hang]);
  const { end, time } = start(client);
  await time.pass(600_000);
  t.is(calls.filter((call) => call.startsWith('watch')).length, 2);
  await end();
});

test('a failed list is tried again until it is there', async (t) => {
  const { client, calls } = scripted([refusal('NotFound', 404), refusal('NotFound', 404), [thing('a', 3)]], []);
  const { mirror, end, time, lists } = start(client);
  await time.pass(1000);
  t.deepEqual(calls, ['list', 'list', 'list', 'watch from 10']);
  t.is(lists(), 1);
  t.deepEqual([...mirror.keys()], ['ns/a']);
  await end();
});

test('stopping leaves no timer behind', async (t) => {
  const { client } = scripted([refusal('ServiceUnavailable', 0)], []);
  const { end, time } = start(client);
  await turns();
  t.is(time.timers, 1);
  await end();
  t.is(time.timers, 0);
});
