import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import test from 'ava';
import { endContainerd } from '../../../runtime/containerd/supervisor-end.ts';
import { openLink } from '../../../runtime/containerd/supervisor-link.ts';
import { boundOutput, keepOutputBounded } from '../../../runtime/containerd/supervisor-output.ts';
import { superviseContainerd, type SupervisorOptions } from '../../../runtime/containerd/supervisor.ts';
import { RuntimeError } from '../../../runtime/errors.ts';
import { createHost } from '../../../runtime/host/create-host.ts';
import { createProcesses } from '../../../runtime/host/processes.ts';
import type { ProcessIdentity } from '../../../runtime/ports/processes.ts';
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
    let second = first;
    for (const end = performance.now() + 10_000; second.pid === first.pid && performance.now() < end; await delay(20)) {
      second = await recorded(options);
    }
    t.not(second.pid, first.pid);
    for (let link; link === undefined; await delay(20))
      link = await openLink(supervisor.socketPath).catch(() => undefined);
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
  using _bounded = keepOutputBounded(path, 1000);
  await writeFile(path, 'y'.repeat(1500), { flag: 'a' });
  for (const end = performance.now() + 5000; (await stat(path)).size > 0 && performance.now() < end;) await delay(5);
  t.is(await readFile(`${path}.1`, 'utf8'), 'y'.repeat(1500));
});
