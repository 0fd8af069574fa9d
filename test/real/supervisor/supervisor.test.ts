import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import test from 'ava';
import { endContainerd } from '../../../runtime/containerd/supervisor-end.ts';
import { openLink } from '../../../runtime/containerd/supervisor-link.ts';
import { boundOutput, keepOutputBounded } from '../../../runtime/containerd/supervisor-output.ts';
import { superviseContainerd, type SupervisorOptions } from '../../../runtime/containerd/supervisor.ts';
import { RuntimeError } from '../../../runtime/errors.ts';
import { createHost } from '../../../runtime/host/create-host.ts';
import { createProcesses } from '../../../runtime/host/processes.ts';
import type { ProcessIdentity } from '../../../runtime/ports/processes.ts';
import { buildBusyboxArchive } from '../../../tools/busybox-image/archive.ts';
import { eventually } from '../../support/eventually.ts';
import { temporaryDirectory } from '../../runtime/host/temporary.ts';

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined };

/** Directories of one daemon; whatever containerd runs in them is ended with them. */
async function withMachine(use: (options: SupervisorOptions) => Promise<void>): Promise<void> {
  await using directory = await temporaryDirectory();
  const processes = createProcesses({ bootId: 'this boot' });
  const options: SupervisorOptions = {
    dataDirectory: join(directory.path, 'data'),
    runDirectory: join(directory.path, 'run'),
    processes,
    log: silent,
    clock: { now: () => performance.now() },
    env: process.env,
  };
  try {
    await use(options);
  } finally {
    await endContainerd({ ...options, host: createHost(options) });
  }
}

async function recorded({ runDirectory }: SupervisorOptions): Promise<ProcessIdentity> {
  return JSON.parse(await readFile(join(runDirectory, 'containerd/process.json'), 'utf8')) as ProcessIdentity;
}

test('a private containerd comes up, answers, and outlives its supervisor', async (t) => {
  await withMachine(async (options) => {
    await using supervisor = await superviseContainerd(options);
    t.true(supervisor.owned);
    const identity = await recorded(options);
    await supervisor[Symbol.asyncDispose]();
    await delay(50);
    t.true(await options.processes.isAlive(identity));
    (await openLink(supervisor.socketPath))[Symbol.dispose]();
  });
});

test('the next daemon adopts it, also when the record was lost', async (t) => {
  await withMachine(async (options) => {
    await using _first = await superviseContainerd(options);
    const identity = await recorded(options);
    await rm(join(options.runDirectory, 'containerd/process.json'));
    await using _second = await superviseContainerd(options);
    t.deepEqual(await recorded(options), identity);
  });
});

test('a containerd that is killed is started again', async (t) => {
  await withMachine(async (options) => {
    await using supervisor = await superviseContainerd(options);
    const first = await recorded(options);
    await options.processes.signal(first, 'SIGKILL');
    await eventually('another one runs', async () => (await recorded(options)).pid !== first.pid);
    const link = await eventually('it answers', () => openLink(supervisor.socketPath).catch(() => undefined));
    link[Symbol.dispose]();
    t.pass();
  });
});

test('containers run on without containerd, and its end takes all that is left of them', async (t) => {
  await withMachine(async (options) => {
    await using supervisor = await superviseContainerd(options);
    const archive = join(options.runDirectory, 'image.tar');
    await buildBusyboxArchive({ output: archive, name: 'tsmoby.dev/test:v1' });
    const ctr = async (...args: string[]): Promise<string> =>
      (await promisify(execFile)('ctr', ['-a', supervisor.socketPath, '-n', 'test', ...args])).stdout;
    const id = `h${process.pid}`;
    const root = join(options.runDirectory, 'runc');
    const cgroup = `/tsmoby-test/${id}`;
    await ctr('images', 'import', '--local', archive).catch(() => ctr('images', 'import', archive));
    await ctr('run', '-d', '--runc-root', root, '--cgroup', cgroup, 'tsmoby.dev/test:v1', id, 'sleep', '1000');
    const host = createHost(options);
    const pid = Number(/\s(\d+)\s+RUNNING/.exec(await ctr('tasks', 'ls'))?.[1]);
    t.true(pid > 0);
    const [shim] = await options.processes.find(['-address', supervisor.socketPath]);
    await supervisor[Symbol.asyncDispose]();
    await options.processes.end(await recorded(options), 5000);
    t.true(
      (await options.processes.children(shim!)).some((child) => child.pid === pid),
      'runs on',
    );
    await endContainerd({ ...options, host });
    t.deepEqual(await options.processes.find(['-address', supervisor.socketPath]), []);
    t.false(existsSync(`/proc/${pid}`) && (await readFile(`/proc/${pid}/stat`, 'utf8')).split(' ')[2] !== 'Z');
    t.deepEqual(await host.mountsUnder(options.runDirectory), []);
    const hierarchies = (await readdir('/sys/fs/cgroup')).map((name) => join('/sys/fs/cgroup', name));
    const left = hierarchies.filter((path) => existsSync(join(path, cgroup)));
    t.deepEqual(left, []);
    for (const path of hierarchies) await rmdir(join(path, 'tsmoby-test')).catch(() => undefined);
  });
});

test('two daemons on one machine have two containerds', async (t) => {
  await withMachine(async (one) => {
    await withMachine(async (other) => {
      await using first = await superviseContainerd(one);
      await using second = await superviseContainerd(other);
      t.not(first.socketPath, second.socketPath);
      t.not((await recorded(one)).pid, (await recorded(other)).pid);
    });
  });
});

test('a containerd of the user is neither started nor ended', async (t) => {
  await withMachine(async (options) => {
    await using supervisor = await superviseContainerd({ ...options, address: 'unix:///tmp/no-such.sock' });
    t.like(supervisor, { owned: false, socketPath: '/tmp/no-such.sock' });
    await t.throwsAsync(recorded(options), { code: 'ENOENT' });
  });
});

test('a missing program names the package, and a broken one its last words', async (t) => {
  await withMachine(async (options) => {
    const missing = await t.throwsAsync(superviseContainerd({ ...options, program: 'no-such-containerd' }), {
      instanceOf: RuntimeError,
    });
    t.is(missing.code, 'Unsupported');
    t.regex(missing.message, /install the package containerd/);
    const broken = join(options.runDirectory, 'broken');
    await mkdir(options.runDirectory, { recursive: true });
    await writeFile(broken, '#!/bin/sh\necho cannot open my metadata >&2\nsleep 0.2\nexit 1\n', { mode: 0o755 });
    await t.throwsAsync(superviseContainerd({ ...options, program: broken }), { message: /cannot open my metadata/ });
  });
});

test('output that grows too large is cut, and kept once', async (t) => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, 'output.log');
  await writeFile(path, 'x'.repeat(2000));
  await boundOutput(path, 1000);
  t.is((await stat(path)).size, 0);
  t.is((await stat(`${path}.1`)).size, 2000);
  using _bounded = keepOutputBounded(path, 1000, 10);
  await writeFile(path, 'y'.repeat(1500), { flag: 'a' });
  await eventually('it is cut', async () => (await stat(path)).size === 0);
  t.is(await readFile(`${path}.1`, 'utf8'), 'y'.repeat(1500));
  await writeFile(path, 'z'.repeat(1500), { flag: 'a' });
  await eventually('it is cut again', async () => (await stat(path)).size === 0);
  t.is(await readFile(`${path}.1`, 'utf8'), 'z'.repeat(1500));
});
