import test from 'ava';
import { ApiError, type Client } from '../../../client/client.ts';
import { EventRecorder } from '../../../controllers/engine/events.ts';
import type { Event } from '../../../schemas/gen/types.ts';
import { openApiWorld } from '../../support/api-world.ts';
import { ManualTime } from '../../support/manual-time.ts';
import { thing } from '../../support/objects.ts';
import { recordingLog } from '../../support/recording-log.ts';

/** A recorder whose client notes what it is asked for, and fails as told. */
function open(fail: () => Error | undefined = () => undefined) {
  const time = new ManualTime();
  const calls: { readonly verb: 'create' | 'patch'; readonly body: Record<string, unknown> }[] = [];
  const call = (verb: 'create' | 'patch') => (body: Record<string, unknown>) => {
    const error = fail();
    if (error) return Promise.reject(error);
    calls.push({ verb, body });
    return Promise.resolve({});
  };
  const client = {
    create: call('create'),
    patch: (_ref: unknown, body: never) => call('patch')(body),
  } as unknown as Client;
  const recorder = new EventRecorder({
    clock: time,
    timers: time,
    random: () => 0.5,
    log: recordingLog(),
    clientOf: () => client,
  });
  const record = (message: string, name = 'a', reason = 'Started'): void =>
    recorder.record({ component: 'test', object: thing(name, 1), type: 'Normal', reason, message });
  return { time, calls, recorder, record };
}

const refused = (code: number): ApiError =>
  new ApiError({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', reason: 'X', message: 'no', code });

test('the same again counts on one Event', async (t) => {
  const { time, calls, record } = open();
  record('hello');
  await time.pass(1000);
  for (let n = 0; n < 3; n += 1) record('hello');
  await time.pass(1000);
  t.deepEqual(
    calls.map(({ verb, body }) => [verb, body['count']]),
    [
      ['create', 1],
      ['patch', 4],
    ],
  );
  t.like(calls[1]?.body, { message: 'hello', lastTimestamp: '2026-01-01T00:00:01Z' });
});

test('a burst of the same is one write', async (t) => {
  const { time, calls, record } = open();
  for (let n = 0; n < 1000; n += 1) record('hello');
  await time.pass(1000);
  t.deepEqual(
    calls.map(({ verb, body }) => [verb, body['count']]),
    [['create', 1000]],
  );
});

test('many different messages of one reason become one Event after the first ten', async (t) => {
  const { time, calls, record } = open();
  for (let n = 0; n < 50; n += 1) record(`message ${n}`);
  await time.pass(1000);
  t.is(calls.length, 11);
  t.like(calls.at(-1)?.body, { message: '(combined from similar events): message 49', count: 40 });
});

test('an object that talks all the time writes 25 times, then once in five minutes, and loses no count', async (t) => {
  const { time, calls, record } = open();
  for (let n = 0; n < 100; n += 1) {
    record('hello');
    await time.pass(1000);
  }
  t.is(calls.length, 25);
  await time.pass(5 * 60_000);
  record('hello');
  await time.pass(1000);
  t.is(calls.length, 26);
  t.is(calls.at(-1)?.body['count'], 101);
});

test('one talkative object does not silence another', async (t) => {
  const { time, calls, record } = open();
  for (let n = 0; n < 40; n += 1) {
    record('hello', 'loud', `Reason${n}`);
    await time.pass(300);
  }
  record('hello', 'quiet');
  await time.pass(300);
  t.is(calls.length, 26);
});

test('while the server is away events wait, and are written when it is back', async (t) => {
  let away = true;
  const { time, calls, record } = open(() => (away ? refused(0) : undefined));
  record('hello');
  await time.pass(20_000);
  t.is(calls.length, 0);
  away = false;
  await time.pass(6000);
  t.deepEqual(
    calls.map(({ verb, body }) => [verb, body['count']]),
    [['create', 1]],
  );
});

test('an event that the server refuses is dropped', async (t) => {
  let tries = 0;
  const { time, record } = open(() => {
    tries += 1;
    return refused(403);
  });
  record('hello');
  await time.pass(60_000);
  t.is(tries, 1);
  t.is(time.timers, 0);
});

test('an Event whose time was over is made anew, with the count so far', async (t) => {
  let gone = false;
  const expired = new ApiError({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    reason: 'NotFound',
    code: 404,
  });
  const { time, calls, record } = open(() => {
    const error = gone ? expired : undefined;
    gone = false;
    return error;
  });
  record('hello');
  await time.pass(1000);
  gone = true;
  record('hello');
  await time.pass(1000);
  t.deepEqual(
    calls.map(({ verb, body }) => [verb, body['count']]),
    [
      ['create', 1],
      ['create', 2],
    ],
  );
});

test('memory stays bounded when a hundred thousand objects talk and nobody listens', async (t) => {
  const { time, recorder, record, calls } = open();
  for (let n = 0; n < 100_000; n += 1) record('hello', `object-${n}`);
  await time.pass(1000);
  t.true(calls.length <= 1024);
  await recorder.close(10);
});

test('closing writes what waits, and nothing is taken afterwards', async (t) => {
  const { time, calls, recorder, record } = open();
  record('last words');
  await recorder.close(1000);
  record('too late');
  await time.pass(10_000);
  t.deepEqual(
    calls.map(({ body }) => body['message']),
    ['last words'],
  );
  t.is(time.timers, 0);
});

test('closing does not wait for a server that hangs', async (t) => {
  const time = new ManualTime();
  const client = { create: () => new Promise(() => undefined) } as unknown as Client;
  const log = recordingLog();
  const recorder = new EventRecorder({ clock: time, timers: time, random: () => 0, log, clientOf: () => client });
  recorder.record({ component: 'test', object: thing('a', 1), type: 'Normal', reason: 'R', message: 'm' });
  const closed = recorder.close(500);
  await time.pass(500);
  await closed;
  t.is(time.timers, 0);
  t.true(log.lines.some(({ level }) => level === 'warn'));
});

test('what is written is a core/v1 Event that a real server takes, about a cluster-scoped object too', async (t) => {
  await using world = await openApiWorld();
  const client = world.client();
  const time = new ManualTime();
  const log = recordingLog();
  const recorder = new EventRecorder({ clock: time, timers: time, random: () => 0.5, log, clientOf: () => client });
  const long = `${'a'.repeat(219)}-${'b'.repeat(33)}`;
  const { namespace: _none, ...metadata } = thing('cluster-wide', 1).metadata;
  const happening = {
    component: 'test-controller',
    type: 'Warning',
    reason: 'Odd',
    message: 'x'.repeat(5000),
  } as const;
  recorder.record({ ...happening, object: thing(long, 1, { namespace: 'default' }) });
  recorder.record({ ...happening, object: { apiVersion: 'v1', kind: 'Namespace', metadata } });
  await recorder.close(1000);
  const { items } = await client.list<Event>({ apiVersion: 'v1', kind: 'Event' }, { namespace: 'default' });
  t.is(items.length, 2, JSON.stringify(log.lines));
  t.true(items.every(({ message }) => message?.length === 1024));
  t.deepEqual(items.map(({ involvedObject }) => involvedObject?.kind ?? '').sort(), ['Namespace', 'Thing']);
});
