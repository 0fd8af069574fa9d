import test from 'ava';
import { Instances } from '../../../controllers/container/instances.ts';
import type { Containers, InstanceState, TaskState } from '../../../runtime/ports/containers.ts';
import { UID } from './objects.ts';

const signal = AbortSignal.timeout(60_000);
const ID = `${UID}-1`;
const RUNS: TaskState = { status: 'running', pid: 7 };

const instance = (id: string, task?: TaskState): InstanceState => ({
  id,
  owner: { kind: 'Container', namespace: 'default', name: 'web', uid: UID },
  labels: {},
  ...(task === undefined ? {} : { task }),
});

/** A runtime that is a map, with its calls. */
function openInstances(...there: readonly InstanceState[]) {
  const runtime = new Map(there.map((each) => [each.id, each]));
  const calls: string[] = [];
  const hold: { list?: Promise<void>; get?: Promise<void> } = {};
  const containers = {
    async list() {
      calls.push('list');
      const seen = [...runtime.values()];
      await hold.list;
      return seen;
    },
    async get(id: string) {
      calls.push(`get ${id.slice(UID.length)}`);
      await hold.get;
      return runtime.get(id);
    },
  } as unknown as Containers;
  const events = { connected: true, subscribe: () => ({ [Symbol.dispose]: () => undefined }) };
  return { instances: new Instances(containers, events), runtime, calls, hold, events };
}

test('everything is listed once, and then costs no call', async (t) => {
  const { instances, calls } = openInstances(instance(ID, RUNS));
  t.deepEqual(await instances.of(UID, signal), [instance(ID, RUNS)]);
  t.deepEqual(await instances.of(UID, signal), [instance(ID, RUNS)]);
  t.deepEqual(await instances.of('another', signal), []);
  t.deepEqual(calls, ['list']);
});

test('what an event named is asked again, once', async (t) => {
  const { instances, runtime, calls } = openInstances(instance(ID, RUNS));
  await instances.of(UID, signal);
  runtime.set(ID, instance(ID));
  instances.changed(ID);
  t.deepEqual(await instances.of(UID, signal), [instance(ID)]);
  runtime.delete(ID);
  instances.changed(ID);
  t.deepEqual(await instances.of(UID, signal), []);
  t.deepEqual(await instances.of(UID, signal), []);
  t.deepEqual(calls, ['list', 'get -1', 'get -1']);
});

test('whoever comes while it is asked again waits for the answer, and asks himself when there was none', async (t) => {
  const { instances, runtime, calls, hold } = openInstances(instance(ID, RUNS));
  await instances.of(UID, signal);
  for (const ends of [true, false]) {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    hold.get = promise;
    runtime.set(ID, instance(ID));
    instances.changed(ID);
    const [first, second] = [instances.of(UID, signal), instances.of(UID, signal)];
    await new Promise(setImmediate);
    if (ends) resolve();
    else reject(new Error('given up'));
    delete hold.get;
    if (ends) t.deepEqual(await first, [instance(ID)]);
    else await t.throwsAsync(first, { message: 'given up' });
    t.deepEqual(await second, [instance(ID)]);
    instances.put(instance(ID, RUNS));
  }
  t.deepEqual(calls, ['list', 'get -1', 'get -1', 'get -1']);
});

test('what we did ourselves is known without asking', async (t) => {
  const { instances, calls } = openInstances();
  await instances.of(UID, signal);
  instances.put(instance(ID));
  instances.taskStarted(ID, 7);
  t.deepEqual(await instances.of(UID, signal), [instance(ID, RUNS)]);
  instances.taskDeleted(ID);
  t.deepEqual(await instances.of(UID, signal), [instance(ID)]);
  instances.remove(ID);
  t.deepEqual(await instances.of(UID, signal), []);
  t.deepEqual(calls, ['list']);
});

test('what we make while a list is under way is not forgotten by it', async (t) => {
  const { instances, runtime, hold, calls } = openInstances();
  const { promise, resolve } = Promise.withResolvers<void>();
  hold.list = promise;
  const looking = instances.of('another', signal);
  await Promise.resolve();
  runtime.set(ID, instance(ID, RUNS));
  instances.put(instance(ID, RUNS));
  resolve();
  await looking;
  t.deepEqual(await instances.of(UID, signal), [instance(ID, RUNS)]);
  t.deepEqual(calls, ['list', 'get -1']);
});

test('differences are found without events, and asked again', async (t) => {
  const { instances, runtime } = openInstances(instance(ID, RUNS), instance(`${UID}-2`));
  await instances.of(UID, signal);
  t.deepEqual(await instances.differences(), new Set());
  for (const change of [
    () => runtime.set(ID, instance(ID, { status: 'stopped', pid: 7, exitCode: 1 })),
    () => runtime.set(ID, instance(ID, { ...RUNS, pid: 8 })),
    () => runtime.set(ID, instance(ID)),
    () => runtime.delete(ID),
    () => runtime.set(ID, instance(ID)),
  ]) {
    change();
    t.deepEqual(await instances.differences(), new Set([UID]));
    t.deepEqual(new Set(await instances.of(UID, signal)), new Set(runtime.values()));
  }
});

test('after a lost connection everything is listed again; without one, nothing is answered', async (t) => {
  const { instances, runtime, events, calls } = openInstances(instance(ID, RUNS));
  await instances.of(UID, signal);
  events.connected = false;
  await t.throwsAsync(instances.of(UID, signal), { message: /does not answer/ });
  instances.forget();
  events.connected = true;
  runtime.clear();
  t.deepEqual(await instances.of(UID, signal), []);
  t.deepEqual(calls, ['list', 'list']);
});

test('a list that fails is made again', async (t) => {
  const { instances, hold, calls } = openInstances(instance(ID));
  hold.list = Promise.reject(new Error('no'));
  await t.throwsAsync(instances.of(UID, signal), { message: 'no' });
  delete hold.list;
  t.is((await instances.of(UID, signal)).length, 1);
  t.deepEqual(calls, ['list', 'list']);
});
