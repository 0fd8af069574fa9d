import { execFile } from 'node:child_process';
import { chmod, mkdir, readdir, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import test from 'ava';
import type { Container } from '../../schemas/gen/types.ts';
import type { KubeObject } from '../../schemas/object.ts';
import { buildBusyboxArchive } from '../../tools/busybox-image/archive.ts';
import { startContainerd } from '../support/containerd.ts';
import { optionsIn, startTestDaemon } from '../support/daemon.ts';
import { isAlive, processGone } from '../support/daemon/kernel.ts';
import { runToItsEnd } from '../support/daemon/process.ts';
import { assertHoldsNothing, inSpace, onDaemon } from '../support/daemon/scenario.ts';
import type { Space } from '../support/daemon/space.ts';
import { eventually } from '../support/eventually.ts';
import { makeFolder } from '../support/interruption.ts';

const scenario = onDaemon(test);
const CONTAINER = { apiVersion: 'tsmoby.dev/v1alpha1', kind: 'Container' } as const;

async function pidOf(space: Space, name: string): Promise<number> {
  return (await space.running(name)).status?.pid ?? 0;
}

/** Until the controllers have looked at what they found at the start. */
async function settled(space: Space): Promise<void> {
  await space.shell(`probe-${process.hrtime.bigint()}`, 'true');
}

scenario(
  'containers outlive a daemon that is killed; the next one adopts them and writes nothing',
  async (t, space) => {
    const names = ['one', 'two', 'three'];
    for (const name of names) await space.container(name, { command: ['sleep', '600'] });
    const pids = await Promise.all(names.map((name) => pidOf(space, name)));
    await sleep(500);
    const before = await space.daemon.client.list<Container>(CONTAINER, { namespace: space.namespace });
    const [containerd, logd] = [await space.daemon.containerdPid(), await space.daemon.logdPid()];
    await space.daemon.kill9();
    t.true(pids.every(isAlive));
    await space.daemon.start();
    t.is(await space.daemon.containerdPid(), containerd);
    t.is(await space.daemon.logdPid(), logd);
    await settled(space);
    for (const object of before.items) {
      const after = await space.get<Container>('Container', object.metadata.name);
      t.is(after.metadata.resourceVersion, object.metadata.resourceVersion, `${object.metadata.name} was written`);
    }
    t.true(pids.every(isAlive));
    await assertTaskCount(space.daemon.containerd, 3);
  },
);

scenario(
  'a daemon that is asked to stop stops, leaves containers running, and comes back to them',
  async (t, space) => {
    await space.container('web', { command: ['sleep', '600'] });
    const pid = await pidOf(space, 'web');
    const started = performance.now();
    t.is(await space.daemon.stop(), 0);
    t.true(performance.now() - started < 60_000);
    t.true(isAlive(pid));
    t.false((await readdir(space.daemon.options.runDir)).includes('daemon.pid'));
    await space.daemon.start();
    t.is(await pidOf(space, 'web'), pid);
  },
);

scenario('what happened while the daemon was away is repaired, with the exit that was missed', async (t, space) => {
  await space.container('killed', { command: ['sleep', '600'] });
  await space.container('deleted', { command: ['sleep', '600'] });
  await space.container('job', {
    command: ['sh', '-c', 'trap "exit 5" TERM; echo ready; while true; do sleep 0.1; done'],
    restartPolicy: 'Never',
  });
  await space.container('steady', { command: ['sleep', '600'] });
  const [killed, deleted, job, steady] = (await Promise.all(
    ['killed', 'deleted', 'job', 'steady'].map((name) => pidOf(space, name)),
  )) as [number, number, number, number];
  for (let output = ''; !output.includes('ready');) output = await space.logs('job');
  const id = ((await space.get<Container>('Container', 'deleted')).status?.containerID ?? '').replace(
    'containerd://',
    '',
  );
  await space.daemon.kill9();
  process.kill(killed, 'SIGKILL');
  process.kill(job, 'SIGTERM');
  await space.daemon.ctr('tasks', 'delete', '--force', id);
  await space.daemon.ctr('containers', 'delete', id);
  await Promise.all([killed, job, deleted].map(processGone));
  await space.daemon.start();

  const again = await space.until<Container>('Container', 'killed', 'runs again', ({ status }) => {
    return status?.state?.running !== undefined && status.pid !== killed;
  });
  t.like(again.status?.lastState?.terminated, { exitCode: 137, signal: 9, pid: killed });
  t.is(again.status?.restartCount, 1);
  const ended = await space.until<Container>('Container', 'job', 'ended', ({ status }) => status?.state?.terminated);
  t.like(ended.status?.state?.terminated, { exitCode: 5, reason: 'Error', pid: job });
  const made = await space.until<Container>('Container', 'deleted', 'is made again', ({ status }) => {
    return status?.state?.running !== undefined && status.pid !== deleted;
  });
  t.is(made.status?.lastState?.terminated?.reason, 'InstanceLost');
  t.is(await pidOf(space, 'steady'), steady);
});

scenario(
  'objects that are deleted or changed right before the daemon is killed end as they should',
  async (t, space) => {
    await space.container('goes', { command: ['sleep', '600'], terminationGracePeriodSeconds: 1 });
    await space.container('changes', { command: ['sleep', '600'] });
    const pid = await pidOf(space, 'goes');
    await pidOf(space, 'changes');
    await space.daemon.client.delete(space.ref('Container', 'goes'));
    await space.container('changes', { command: ['sleep', '700'] });
    await space.container('comes', { command: ['sleep', '600'] });
    await space.daemon.kill9();
    await space.daemon.start();
    await space.gone('Container', 'goes');
    await processGone(pid);
    t.true(isAlive(await pidOf(space, 'comes')));
    const changed = await space.running('changes');
    t.deepEqual(changed.spec.command, ['sleep', '700']);
    await eventually(
      'one instance each',
      async () => (await space.daemon.containerd.holdings()).containers.length === 2,
    );
  },
);

scenario(
  'a daemon that is killed at random moments while it works ends with what was applied, and nothing else',
  async (t, space) => {
    for (let round = 0; round < 6; round += 1) {
      const applied = Promise.allSettled(
        ['a', 'b', 'c'].map((name) => space.container(name, { command: ['sleep', String(600 + round)] })),
      );
      await sleep(20 + round * 60);
      await space.daemon.kill9();
      await applied;
      await space.daemon.start();
    }
    for (const name of ['a', 'b', 'c']) await space.container(name, { command: ['sleep', '999'] });
    const pids = await Promise.all(['a', 'b', 'c'].map((name) => pidOf(space, name)));
    t.true(pids.every(isAlive));
    await eventually('three containers and their snapshots are all there is', async () => {
      const { containers, tasks, snapshots } = await space.daemon.containerd.holdings();
      return containers.length === 3 && tasks.length === 3 && snapshots.length === 4;
    });
  },
);

scenario('a second daemon on the same directories is refused, and told which option helps', async (t, space) => {
  const { options, folder } = space.daemon;
  const output = join(folder, 'second.log');
  const same = await runToItsEnd(options, output);
  t.not(same.code, 0);
  t.regex(same.text, /another tsmoby daemon uses .*--data-dir/);
  const otherRun = await runToItsEnd({ ...options, dataDir: join(folder, 'd2') }, join(folder, 'third.log'));
  t.not(otherRun.code, 0);
  t.regex(otherRun.text, /another tsmoby daemon uses .*--run-dir/);
  await rm(join(folder, 'd2'), { recursive: true, force: true });
  t.true(space.daemon.running);
  await settled(space);
  t.pass();
});

test.serial('a data directory that cannot be written is refused by name', async (t) => {
  const folder = await makeFolder('/tmp/tsm-d-');
  try {
    await writeFile(join(folder, 'd'), 'a file');
    const { code, text } = await runToItsEnd(optionsIn(folder), join(folder, 'log'));
    t.not(code, 0);
    t.regex(text, /tsm-d-.*\/d cannot be used: it is not a directory.*--data-dir/);
    await rm(join(folder, 'd'));
    await mkdir(join(folder, 'd'));
    await promisify(execFile)('mount', ['-t', 'tmpfs', '-o', 'ro', 'tsmoby-test', join(folder, 'd')]);
    const readOnly = await runToItsEnd(optionsIn(folder), join(folder, 'log'));
    t.not(readOnly.code, 0);
    t.regex(readOnly.text, /read-only/);
  } finally {
    await promisify(execFile)('umount', [join(folder, 'd')]).catch(() => undefined);
    await rm(folder, { recursive: true, force: true });
  }
});

test.serial('two daemons with data directories of their own share one containerd and never meet', async (t) => {
  await using containerd = await startContainerd();
  const address = `unix://${containerd.socketPath}`;
  await using one = await startTestDaemon({ containerd: address });
  await using two = await startTestDaemon({ containerd: address });
  for (const { folder } of [one, two])
    await buildBusyboxArchive({ output: join(folder, 'busybox.tar'), name: 'busybox:latest' });
  t.not(one.identity, two.identity);
  await inSpace(one, 'same', (mine) =>
    inSpace(two, 'same', async (theirs) => {
      await mine.container('web', { command: ['sleep', '600'] });
      await theirs.container('web', { command: ['sleep', '700'] });
      const [pid, other] = [await pidOf(mine, 'web'), await pidOf(theirs, 'web')];
      t.deepEqual((await one.containerd.holdings()).tasks.length, 1);
      await theirs.remove('Container', 'web');
      await processGone(other);
      t.true(isAlive(pid));
      await two.kill9();
      await two.start();
      await assertTaskCount(one.containerd, 1);
      t.true(isAlive(pid));
    }),
  );
  await assertHoldsNothing(one);
});

async function assertTaskCount(
  containerd: { holdings(): Promise<{ readonly tasks: readonly string[] }> },
  count: number,
): Promise<void> {
  await eventually(`${count} tasks`, async () => (await containerd.holdings()).tasks.length === count);
}

const MEBIBYTE = 1024 * 1024;

test.serial(
  'a data directory that is full refuses writes in words, answers reads, and recovers by itself',
  async (t) => {
    const mount = async (folder: string): Promise<void> => {
      await mkdir(join(folder, 'd'));
      const size = `size=${24 * MEBIBYTE}`;
      await promisify(execFile)('mount', ['-t', 'tmpfs', '-o', size, 'tsmoby-test', join(folder, 'd')]);
    };
    await using daemon = await startTestDaemon({ prepare: mount });
    const map = (name: string, size: number): KubeObject =>
      ({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { namespace: 'default', name },
        data: { x: 'y'.repeat(size) },
      }) as never;
    await daemon.client.create(map('before', 10));
    const filler = join(daemon.options.dataDir, 'filler');
    const free = await freeBytes(daemon.options.dataDir);
    await writeFile(filler, Buffer.alloc(Math.max(0, free - 256 * 1024)));
    const refused = await t.throwsAsync(async () => {
      for (let index = 0; index < 200; index += 1) await daemon.client.create(map(`many-${index}`, 100_000));
    });
    t.regex(refused?.message ?? '', /disk|full|space|storage/i);
    t.truthy(await daemon.client.get({ apiVersion: 'v1', kind: 'ConfigMap', namespace: 'default', name: 'before' }));
    t.true(
      (await daemon.client.list<KubeObject>({ apiVersion: 'v1', kind: 'ConfigMap' }, { namespace: 'default' })).items
        .length > 0,
    );
    await rm(filler);
    await eventually('writes are taken again', () =>
      daemon.client.create(map('after', 10)).then(
        () => true,
        () => false,
      ),
    );
    await daemon.kill9();
    await daemon.start();
    t.truthy(await daemon.client.get({ apiVersion: 'v1', kind: 'ConfigMap', namespace: 'default', name: 'after' }));
  },
);

async function freeBytes(path: string): Promise<number> {
  const { bavail, bsize } = await statfs(path);
  return bavail * bsize;
}

test.serial('directories belong to root alone, and so does the socket', async (t) => {
  await using daemon = await startTestDaemon();
  const modes = await Promise.all(
    [daemon.options.dataDir, daemon.options.runDir, daemon.socketPath].map(
      async (path) => (await stat(path)).mode & 0o777,
    ),
  );
  t.deepEqual(modes, [0o700, 0o700, 0o600]);
  await chmod(daemon.options.dataDir, 0o755);
  await daemon.stop();
  await daemon.start();
  t.is((await stat(daemon.options.dataDir)).mode & 0o777, 0o700);
});
