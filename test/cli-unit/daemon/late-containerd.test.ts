import test from 'ava';
import { lateContainerd } from '../../../cli/daemon/late-containerd.ts';
import type { Containerd } from '../../../runtime/containerd/index.ts';
import { isRuntimeError, RuntimeError } from '../../../runtime/errors.ts';
import { READ_METHODS, type ContentProxy } from '../../../runtime/ports/content.ts';
import type { RuntimeEvent } from '../../../runtime/ports/events.ts';
import type { ImageRecord } from '../../../runtime/ports/images.ts';

/** A containerd whose connection is told by hand. */
function fakeContainerd() {
  const listeners = new Set<(event: RuntimeEvent) => void>();
  let disposed = false;
  const containerd = {
    containers: { list: async () => [{ id: 'one' }] },
    images: { list: async () => [] },
    events: {
      connected: true,
      subscribe(listener: (event: RuntimeEvent) => void) {
        listeners.add(listener);
        return { [Symbol.dispose]: () => listeners.delete(listener) };
      },
    },
    [Symbol.dispose]: () => (disposed = true),
  } as unknown as Containerd;
  const emit = (event: RuntimeEvent): void => listeners.forEach((listener) => listener(event));
  return { containerd, emit, listeners, disposed: () => disposed };
}

test('until containerd is there every call is refused as Unavailable, with the reason', async (t) => {
  const failures: unknown[] = [];
  await using late = lateContainerd({
    connect: () => Promise.reject(new RuntimeError('Unsupported', 'containerd is not on PATH')),
    onFailure: (error) => failures.push(error),
  });
  await late.settled(20, new AbortController().signal);
  const error = await t.throwsAsync(late.containers.list());
  t.true(isRuntimeError(error, 'Unavailable'));
  t.regex(error.message, /not on PATH/);
  t.false(late.events.connected);
  t.regex(late.problem() ?? '', /not on PATH/);
  t.is(failures.length, 1, 'the same failure is told once');
});

test('it is tried again until it works, and listeners from before hear of the connection', async (t) => {
  const fake = fakeContainerd();
  let tries = 0;
  const heard: string[] = [];
  const late = lateContainerd({
    connect: async () => {
      tries += 1;
      if (tries === 1) throw new RuntimeError('Unavailable', 'nobody listens');
      return fake.containerd;
    },
    onFailure: () => undefined,
  });
  using _subscription = late.events.subscribe(({ type }) => heard.push(type));
  while (fake.listeners.size < 2) await new Promise((resolve) => setTimeout(resolve, 5));
  const settled = late.settled(60_000, new AbortController().signal);
  fake.emit({ type: 'connected' });
  await settled;
  t.deepEqual(heard, ['connected']);
  t.is((await late.containers.list()).length, 1);
  t.is(late.problem(), undefined);
  await late[Symbol.asyncDispose]();
  t.true(fake.disposed());
});

test('whoever waits for the first connection stops waiting at a signal', async (t) => {
  await using late = lateContainerd({
    connect: () => Promise.reject(new RuntimeError('Unavailable', 'nobody listens')),
    onFailure: () => undefined,
  });
  const started = performance.now();
  await late.settled(60_000, AbortSignal.timeout(10));
  t.true(performance.now() - started < 30_000);
});

test('a call that comes before the first attempt has ended waits for it', async (t) => {
  const fake = fakeContainerd();
  const { promise, resolve } = Promise.withResolvers<Containerd>();
  await using late = lateContainerd({ connect: () => promise, onFailure: () => undefined });
  const listed = late.containers.list();
  resolve(fake.containerd);
  t.is((await listed).length, 1);
});

test('the content of an image is a proxy at once, and its calls wait for the connection', async (t) => {
  const fake = fakeContainerd();
  const asked: string[] = [];
  const content: ContentProxy = {
    methods: READ_METHODS,
    async *call(method) {
      asked.push(method);
      yield new Uint8Array([1]);
    },
  };
  Object.assign(fake.containerd.images, { contentOf: () => content });
  const connection = Promise.withResolvers<Containerd>();
  await using late = lateContainerd({ connect: () => connection.promise, onFailure: () => undefined });
  const proxy = late.images.contentOf({ name: 'image' } as ImageRecord);
  t.deepEqual(proxy.methods, READ_METHODS);
  const answer = Array.fromAsync(proxy.call('Info', (async function* () {})(), new AbortController().signal));
  t.deepEqual(asked, []);
  connection.resolve(fake.containerd);
  t.deepEqual(await answer, [new Uint8Array([1])]);
  t.deepEqual(asked, ['Info']);
});
