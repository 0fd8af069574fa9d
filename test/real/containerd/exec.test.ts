import test from 'ava';
import { randomBytes, createHash } from 'node:crypto';
import { readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Containers, ExecProcess, ExecRequest } from '../../../runtime/ports/containers.ts';
import { instanceSpec, rejects } from '../../suites/containers.ts';
import { ended, execSuite, text } from '../../suites/exec.ts';
import { startContainerd, type TestContainerd } from '../../support/containerd.ts';
import { deleteTaskBehind, openWorld, rootOf, type ContainerdWorld } from '../../support/containerd-world.ts';
import { eventually } from '../../support/eventually.ts';

let daemon: TestContainerd;

test.before(async () => {
  daemon = await startContainerd();
});

test.after.always(async () => {
  await daemon[Symbol.asyncDispose]();
});

execSuite(test, 'containerd', async () => {
  const world = await openWorld(daemon);
  const { services } = world;
  return {
    containers: world.containerd.containers,
    root: rootOf(await world.loadBusybox()),
    stdio: (id) => world.stdio(id),
    behind: {
      killTask: async (id, signal) => {
        const { process: task } = await services.tasks.get({ containerId: id });
        process.kill(task?.pid ?? 0, signal);
      },
      deleteTask: (id) => deleteTaskBehind(services, id),
      deleteRecord: async (id) => {
        await deleteTaskBehind(services, id);
        await services.containers.delete({ id });
      },
    },
    [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
  };
});

interface Running extends AsyncDisposable {
  readonly world: ContainerdWorld;
  readonly containers: Containers;
  readonly exec: (args: readonly string[], request?: Partial<ExecRequest>) => Promise<ExecProcess>;
  /** What of exec'ed processes is left: FIFOs, processes beside init. */
  readonly left: () => Promise<readonly string[]>;
}

/** One instance `a` that sleeps for ever. */
async function running(): Promise<Running> {
  const world = await openWorld(daemon);
  const { containers } = world.containerd;
  await containers.create(instanceSpec('a', rootOf(await world.loadBusybox()), ['sleep', 'infinity']));
  await containers.start('a', await world.stdio('a'));
  let processes = 0;
  return {
    world,
    containers,
    exec: (args, request = {}) =>
      containers.exec('a', { execId: `p${processes++}`, args, terminal: false, stdin: false, ...request }),
    async left() {
      const fifos = await readdir(join(world.folder, 'exec')).catch(() => []);
      const { processes } = await world.services.tasks.listPids({ containerId: 'a' });
      return [...fifos, ...processes.slice(1).map(({ pid }) => `pid ${pid}`)];
    },
    [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
  };
}

/** Descriptors of this process that are FIFOs. */
async function openFifos(): Promise<number> {
  const links = (await readdir('/proc/self/fd')).map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => ''));
  return (await Promise.all(links)).filter((link) => /\/exec\//.test(link)).length;
}

async function nothingLeft(t: { is: (a: unknown, b: unknown) => unknown }, { left }: Running): Promise<void> {
  await eventually('nothing is left', async () => ((await left()).length === 0 ? true : undefined));
  t.is(await openFifos(), 0);
}

test('exec: a process has the container’s environment, directory, user and limits unless the request says otherwise', async (t) => {
  await using here = await running();
  const { exec } = here;
  const show = 'pwd; id -u; echo $ONE $TWO; grep -E "^(CapEff|NoNewPrivs|Seccomp):" /proc/self/status';
  const plain = await ended(await exec(['sh', '-c', show]));
  t.is(plain.stdout, '/\n0\n\nCapEff:\t0000000000000000\nNoNewPrivs:\t1\nSeccomp:\t2\n');
  const changed = await exec(['sh', '-c', show], {
    env: ['ONE=1', 'TWO=2=2'],
    cwd: '/tmp',
    user: { uid: 7, gid: 8, additionalGids: [] },
  });
  t.regex((await ended(changed)).stdout, /^\/tmp\n7\n1 2=2\n/);
  await nothingLeft(t, here);
});

test('exec: a terminal has a size, a name, and tells of its changes', async (t) => {
  await using here = await running();
  await using process = await here.exec(
    ['sh', '-c', 'trap "stty size; exit 5" WINCH; echo $TERM; while :; do sleep 0.05; done'],
    {
      terminal: true,
      stdin: true,
    },
  );
  let output = '';
  for await (const part of process.stdout) {
    // It listens to the signal before it tells its terminal's name.
    if (output === '') await process.resize({ columns: 123, rows: 45 });
    output += part.toString();
  }
  t.deepEqual(await process.exited, { exitCode: 5 });
  t.is(output, 'xterm\r\n45 123\r\n');
});

test('exec: 100 MB go in and come out unchanged, in bounded memory', async (t) => {
  await using here = await running();
  const megabytes = 100;
  const chunk = randomBytes(1024 * 1024);
  const before = process.memoryUsage().rss;
  let peak = 0;
  await using cat = await here.exec(['cat'], { stdin: true });
  const wanted = createHash('sha256');
  const feeding = (async () => {
    for (let i = 0; i < megabytes; i++) {
      wanted.update(chunk);
      await cat.write(chunk);
      peak = Math.max(peak, process.memoryUsage().rss - before);
    }
    await cat.closeInput();
  })();
  const got = createHash('sha256');
  let bytes = 0;
  for await (const part of cat.stdout) {
    got.update(part);
    bytes += part.length;
  }
  await feeding;
  t.deepEqual(await cat.exited, { exitCode: 0 });
  t.is(bytes, megabytes * chunk.length);
  t.is(got.digest('hex'), wanted.digest('hex'));
  t.true(peak < 80 * 1024 * 1024, `${peak / 1024 / 1024} MB more`);
});

test('exec: a reader that takes its time gets everything, long after the process has ended', async (t) => {
  await using here = await running();
  await using process = await here.exec(['sh', '-c', 'dd if=/dev/zero bs=1000 count=200 2>/dev/null']);
  await sleep(1500);
  t.is((await text(process.stdout)).length, 200_000);
  t.deepEqual(await process.exited, { exitCode: 0 });
});

test('exec: the output of fast processes is complete', async (t) => {
  await using here = await running();
  for (let n = 0; n < 30; n++) {
    const { stdout, stderr, exitCode } = await ended(
      await here.exec(['sh', '-c', `echo out ${n}; echo err ${n} >&2; exit ${n}`]),
    );
    t.deepEqual([stdout, stderr, exitCode], [`out ${n}\n`, `err ${n}\n`, n]);
  }
  await nothingLeft(t, here);
});

test('exec: who leaves others behind that hold the output open is not waited for', async (t) => {
  await using here = await running();
  const process = await here.exec(['sh', '-c', 'sleep 1000 & echo done']);
  t.deepEqual(await ended(process), { stdout: 'done\n', stderr: '', exitCode: 0 });
});

test('exec: what is not read holds the process up, and letting go leaves nothing', async (t) => {
  await using here = await running();
  const process = await here.exec(['sh', '-c', 'dd if=/dev/zero bs=65536 count=100 2>/dev/null']);
  const early = await Promise.race([process.exited, sleep(700)]);
  t.is(early, undefined);
  await process[Symbol.asyncDispose]();
  t.deepEqual(await process.exited, { exitCode: 137 });
  await eventually('dd ends, too', async () => ((await here.left()).length === 0 ? true : undefined));
});

test('exec: input that is not read waits, and is given up when the process ends', async (t) => {
  await using here = await running();
  const process = await here.exec(['sh', '-c', 'until [ -e /end ]; do sleep 0.05; done'], { stdin: true });
  let written = 0;
  const writing = (async () => {
    for (; written < 64; written++) await process.write(Buffer.alloc(64 * 1024));
  })();
  await sleep(300);
  t.true(written < 16, `${written} blocks`);
  await ended(await here.exec(['touch', '/end']));
  t.deepEqual(await process.exited, { exitCode: 0 });
  await writing;
  await process[Symbol.asyncDispose]();
  await nothingLeft(t, here);
});

test('exec: a paused container refuses, and says so', async (t) => {
  await using here = await running();
  await here.world.services.tasks.pause({ containerId: 'a' });
  await rejects(t, here.exec(['true']), 'FailedPrecondition');
  await here.world.services.tasks.resume({ containerId: 'a' });
  t.is((await ended(await here.exec(['true']))).exitCode, 0);
  await nothingLeft(t, here);
});

test('exec: a start that is given up leaves nothing', async (t) => {
  await using here = await running();
  for (const milliseconds of [0, 2, 5, 10, 20, 30, 50]) {
    const request = { execId: `late${milliseconds}`, args: ['sleep', '1000'], terminal: false, stdin: true };
    const started = here.containers.exec('a', request, AbortSignal.timeout(milliseconds));
    await started.then(
      (process) => process[Symbol.asyncDispose](),
      () => undefined,
    );
  }
  await nothingLeft(t, here);
});

test('exec: containerd may be killed and start again meanwhile', async (t) => {
  await using here = await running();
  const process = await here.exec(['sh', '-c', 'read line; echo got $line; exit 9'], { stdin: true });
  await daemon.kill();
  await process.write(Buffer.from('while away\n'));
  await daemon.start();
  t.deepEqual(await ended(process), { stdout: 'got while away\n', stderr: '', exitCode: 9 });
  await nothingLeft(t, here);
});

test('exec: what a killed daemon leaves behind is ended by the next one’s sweep', async (t) => {
  await using here = await running();
  const left = await here.exec(['sleep', '1000'], { stdin: true });
  const talking = await here.exec(['sh', '-c', 'dd if=/dev/zero bs=65536 count=100 2>/dev/null'], { terminal: true });
  // The next daemon knows nothing of these two.
  const next = await here.world.reconnect();
  const removed = await next.containers.sweep();
  t.deepEqual(removed.toSorted(), ['process p0 of instance a', 'process p1 of instance a']);
  await eventually('nothing is left', async () => ((await here.left()).length === 0 ? true : undefined));
  t.deepEqual(await next.containers.sweep(), []);
  for (const process of [left, talking]) await process[Symbol.asyncDispose]();
  await nothingLeft(t, here);
});
