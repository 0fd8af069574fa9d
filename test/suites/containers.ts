/** What every Containers port must do. Run by the real containerd adapter and by the fake. */
import type { ExecutionContext, TestFn } from 'ava';
import { isRuntimeError, type RuntimeErrorCode } from '../../runtime/errors.ts';
import type { Containers, InstanceSpec, RootFilesystem, TaskState, TaskStdio } from '../../runtime/ports/containers.ts';
import { eventually } from '../support/eventually.ts';

export interface ContainersHarness extends AsyncDisposable {
  readonly containers: Containers;
  /** An unpacked image with the programs true, sleep and sh. */
  readonly root: RootFilesystem;
  /** Where a task's output goes; somebody reads it. */
  stdio(id: string): Promise<TaskStdio>;
  /** What others do to an instance, not through the port. */
  readonly behind: {
    killTask(id: string, signal: number): Promise<void>;
    deleteTask(id: string): Promise<void>;
    /** The record, and its task with it. */
    deleteRecord(id: string): Promise<void>;
  };
}

export type ContainersFactory = () => Promise<ContainersHarness>;

const SIGTERM = 15;
const SIGKILL = 9;
const FOREVER = ['sleep', 'infinity'];

/** An instance that runs `args` as root, with nothing special. */
export function instanceSpec(id: string, root: RootFilesystem, args: readonly string[]): InstanceSpec {
  return {
    id,
    owner: { kind: 'Container', namespace: 'default', name: `name-${id}`, uid: `uid-${id}` },
    labels: { 'tsmoby.dev/spec-hash': 'one' },
    root,
    process: { args, env: ['PATH=/bin'], cwd: '/', user: { uid: 0, gid: 0, additionalGids: [] }, terminal: false },
    security: { privileged: false, noNewPrivileges: true, capabilities: [], seccomp: 'RuntimeDefault' },
    mounts: [],
    resources: {},
    hostname: 'host',
    sandbox: { mode: 'none' },
    init: false,
  };
}

export function containersSuite(test: TestFn, name: string, factory: ContainersFactory): void {
  const row = (title: string, body: (t: ExecutionContext, world: World) => Promise<void>): void => {
    test(`containers, ${name}: ${title}`, async (t) => {
      await using harness = await factory();
      await body(t, worldOf(harness));
    });
  };

  row('a created instance is listed with owner and labels, and has no task', async (t, { containers, create }) => {
    await create('a', FOREVER);
    const state = await containers.get('a');
    t.like(state, { id: 'a', labels: { 'tsmoby.dev/spec-hash': 'one' }, task: undefined });
    t.deepEqual(state?.owner, { kind: 'Container', namespace: 'default', name: 'name-a', uid: 'uid-a' });
    t.deepEqual(await containers.list(), state === undefined ? [] : [state]);
  });

  row('creating what is there changes nothing', async (t, { containers, create, harness }) => {
    await create('a', FOREVER);
    const { pid } = await containers.start('a', await harness.stdio('a'));
    await containers.create({
      ...instanceSpec('a', harness.root, ['true']),
      labels: { 'tsmoby.dev/spec-hash': 'two' },
    });
    t.like(await containers.get('a'), { labels: { 'tsmoby.dev/spec-hash': 'one' }, task: { status: 'running', pid } });
  });

  row('an image that is not unpacked is NotFound', async (t, { containers, harness }) => {
    const root = { ...harness.root, chainId: `sha256:${'0'.repeat(64)}` };
    await rejects(t, containers.create(instanceSpec('a', root, FOREVER)), 'NotFound');
    t.is(await containers.get('a'), undefined);
  });

  row('starting a running task answers its pid', async (t, { start }) => {
    const first = await start('a', FOREVER);
    t.true(first.pid > 0);
    t.deepEqual(await start('a', FOREVER), first);
  });

  row('an exit code is kept until the task is deleted, and starting waits for that', async (t, world) => {
    await world.start('a', ['sh', '-c', 'exit 7']);
    const task = await world.stopped('a');
    t.is(task.exitCode, 7);
    t.regex(task.exitedAt ?? '', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/);
    await rejects(t, world.start('a', FOREVER), 'FailedPrecondition');
    await world.containers.deleteTask('a');
    t.is((await world.containers.get('a'))?.task, undefined);
    t.true((await world.start('a', FOREVER)).pid > 0);
    t.is((await world.stopped('a')).exitCode, 7, 'the same instance: its own command');
  });

  row('a signal shows as 128 and its number', async (t, world) => {
    await world.start('a', FOREVER);
    await world.containers.kill('a', SIGKILL);
    t.is((await world.stopped('a')).exitCode, 128 + SIGKILL);
  });

  row('a signal to all processes ends the container', async (t, world) => {
    await world.start('a', ['sh', '-c', 'sleep 1000; sleep 1000']);
    await world.containers.kill('a', SIGKILL, { all: true });
    t.is((await world.stopped('a')).exitCode, 128 + SIGKILL);
    await world.containers.kill('a', SIGTERM);
    t.is(await world.containers.oomKills('a'), 0);
  });

  row('a command that is not there is InvalidArgument and leaves no task', async (t, { containers, start }) => {
    for (const command of ['no-such-command', '/no/such/command']) {
      await rejects(t, start(`a${command.length}`, [command]), 'InvalidArgument');
      t.is((await containers.get(`a${command.length}`))?.task, undefined);
      await containers.delete(`a${command.length}`);
    }
    t.deepEqual(await containers.list(), []);
  });

  row('a running task is not deleted', async (t, { containers, start }) => {
    await start('a', FOREVER);
    await rejects(t, containers.deleteTask('a'), 'FailedPrecondition');
    t.is((await containers.get('a'))?.task?.status, 'running');
  });

  row('deleting ends the task and is done once and for all', async (t, { containers, start }) => {
    await start('a', FOREVER);
    await containers.delete('a');
    t.is(await containers.get('a'), undefined);
    await containers.delete('a');
    t.deepEqual(await containers.list(), []);
    t.true((await start('a', FOREVER)).pid > 0);
  });

  row('what is gone can be killed, its task deleted, and it deleted', async (t, { containers }) => {
    await containers.kill('gone', SIGKILL);
    await containers.deleteTask('gone');
    await containers.delete('gone');
    t.is(await containers.oomKills('gone'), 0);
    t.is(await containers.get('gone'), undefined);
  });

  row('what is not there cannot be started or changed', async (t, { containers, harness }) => {
    await rejects(t, containers.start('gone', await harness.stdio('gone')), 'NotFound');
    await rejects(t, containers.updateLabels('gone', { a: 'b' }), 'NotFound');
    await rejects(t, containers.updateResources('gone', { pids: 10 }), 'NotFound');
  });

  row('labels are merged, and the owner stays', async (t, { containers, create }) => {
    await create('a', FOREVER);
    await containers.updateLabels('a', { 'example.com/x': '1' });
    await containers.updateLabels('a', { 'example.com/x': '2', 'example.com/y': '3' });
    const state = await containers.get('a');
    t.deepEqual(state?.labels, { 'tsmoby.dev/spec-hash': 'one', 'example.com/x': '2', 'example.com/y': '3' });
    t.is(state?.owner.uid, 'uid-a');
  });

  row('limits change with and without a task, and restart nothing', async (t, { containers, create, start }) => {
    await create('a', FOREVER);
    await containers.updateResources('a', { memoryBytes: 64 * 1024 * 1024 });
    const { pid } = await start('a', FOREVER);
    await containers.updateResources('a', { memoryBytes: 128 * 1024 * 1024, cpuMillis: 500, pids: 50 });
    await containers.updateResources('a', {});
    t.like(await containers.get('a'), { task: { status: 'running', pid } });
  });

  row('a task killed behind the back shows its exit', async (t, world) => {
    await world.start('a', FOREVER);
    await world.harness.behind.killTask('a', SIGKILL);
    t.is((await world.stopped('a')).exitCode, 128 + SIGKILL);
  });

  row(
    'a task deleted behind the back leaves an instance that starts again',
    async (t, { containers, harness, start }) => {
      await start('a', FOREVER);
      await harness.behind.deleteTask('a');
      t.is((await containers.get('a'))?.task, undefined);
      t.true((await start('a', FOREVER)).pid > 0);
    },
  );

  row('a record deleted behind the back is made again', async (t, { containers, harness, start }) => {
    await start('a', FOREVER);
    await harness.behind.deleteRecord('a');
    t.is(await containers.get('a'), undefined);
    t.true((await start('a', FOREVER)).pid > 0);
    t.is((await containers.get('a'))?.task?.status, 'running');
  });

  row('twelve instances, four at once, all run and all go', async (t, { containers, start }) => {
    const ids = Array.from({ length: 12 }, (_, n) => `many-${n}`);
    await inBatches(ids, 4, (id) => start(id, FOREVER));
    const running = (await containers.list()).filter(({ task }) => task?.status === 'running');
    t.deepEqual(running.map(({ id }) => id).sort(), ids.toSorted());
    t.is(new Set(running.map(({ task }) => task?.pid)).size, ids.length);
    await inBatches(ids, 4, (id) => containers.delete(id));
    t.deepEqual(await containers.list(), []);
  });

  row('the input of a task stays open while writers come and go, until one ends it', async (t, world) => {
    const { containers, harness } = world;
    await world.create('a', ['cat']);
    await containers.start('a', { ...(await harness.stdio('a')), stdin: true });
    for (const text of ['one\n', 'two\n']) {
      using input = await containers.input('a');
      await input.write(Buffer.from(text));
    }
    t.is((await containers.get('a'))?.task?.status, 'running');
    t.deepEqual(await containers.sweep(), []);
    using last = await containers.input('a');
    await last.close();
    await last.close();
    t.is((await world.stopped('a')).exitCode, 0);
    await last.write(Buffer.from('late'));
  });

  row(
    'a task without input, and one that does not run, have none to write to',
    async (t, { containers, create, start }) => {
      await rejects(t, containers.input('gone'), 'NotFound', 'FailedPrecondition');
      await create('a', FOREVER);
      await rejects(t, containers.input('a'), 'FailedPrecondition');
      await start('a', FOREVER);
      await rejects(t, containers.input('a'), 'FailedPrecondition');
    },
  );

  row('a sweep finds nothing where everything is explained', async (t, { containers, start }) => {
    await start('a', FOREVER);
    t.deepEqual(await containers.sweep(), []);
    t.is((await containers.get('a'))?.task?.status, 'running');
  });

  row('an aborted signal is Cancelled', async (t, { containers }) => {
    await rejects(t, containers.list(AbortSignal.abort()), 'Cancelled');
  });
}

interface World {
  readonly harness: ContainersHarness;
  readonly containers: Containers;
  readonly create: (id: string, args: readonly string[]) => Promise<void>;
  /** Creates, then starts. */
  readonly start: (id: string, args: readonly string[]) => Promise<{ readonly pid: number }>;
  readonly stopped: (id: string) => Promise<TaskState>;
}

function worldOf(harness: ContainersHarness): World {
  const { containers } = harness;
  const create = (id: string, args: readonly string[]) => containers.create(instanceSpec(id, harness.root, args));
  return {
    harness,
    containers,
    create,
    start: async (id, args) => {
      await create(id, args);
      return await containers.start(id, await harness.stdio(id));
    },
    stopped: (id) =>
      eventually(`${id} stops`, async () => {
        const task = (await containers.get(id))?.task;
        return task?.status === 'stopped' ? task : undefined;
      }),
  };
}

export async function rejects(
  t: ExecutionContext,
  call: Promise<unknown>,
  ...codes: readonly RuntimeErrorCode[]
): Promise<void> {
  const error: unknown = await call.then(
    () => undefined,
    (failure: unknown) => failure,
  );
  t.true(isRuntimeError(error, ...codes), `expected ${codes.join(' or ')}, got ${String(error)}`);
}

export async function inBatches<T>(
  items: readonly T[],
  size: number,
  work: (item: T) => Promise<unknown>,
): Promise<void> {
  const queue = [...items];
  const worker = async (): Promise<void> => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: size }, worker));
}
