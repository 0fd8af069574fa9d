/** The end of everything: what `quickstart --down` calls, and what every test of the whole daemon relies on. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { tearDown } from '../../cli/daemon/tear-down.ts';
import { buildBusyboxArchive } from '../../tools/busybox-image/archive.ts';
import { startTestDaemon } from '../support/daemon.ts';
import { processGone } from '../support/daemon/kernel.ts';
import { findLeaks, networkTraces, shimSockets } from '../support/daemon/leaks.ts';
import { Space } from '../support/daemon/space.ts';
import { makeFolder } from '../support/interruption.ts';

const log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

test.serial('a daemon that runs keeps what it has', async (t) => {
  await using daemon = await startTestDaemon();
  const { dataDir: dataDirectory, runDir: runDirectory } = daemon.options;
  await t.throwsAsync(tearDown({ dataDirectory, runDirectory, log }), { name: 'DirectoryInUseError' });
  t.truthy(await daemon.client.raw('/version'));
});

test.serial(
  'running containers, their mounts, cgroups and data go, after a daemon that was killed with objects in it',
  async (t) => {
    const socketsBefore = await shimSockets();
    await using daemon = await startTestDaemon();
    const { folder, identity } = daemon;
    const { dataDir: dataDirectory, runDir: runDirectory } = daemon.options;
    await buildBusyboxArchive({ output: join(folder, 'busybox.tar'), name: 'busybox:latest' });
    const space = new Space(daemon, 'default', join(folder, 'busybox.tar'));
    await space.busybox();
    await space.apply({ kind: 'Volume', name: 'kept', spec: { reclaimPolicy: 'Retain' } });
    await space.apply({ kind: 'Volume', name: 'memory', spec: { tmpfs: { sizeLimit: '1Mi' } } });
    await space.apply({ kind: 'Secret', name: 'keys', stringData: { a: 'b' } });
    await space.container('web', {
      command: ['sleep', '600'],
      volumes: [
        { name: 'kept', volume: { name: 'kept' } },
        { name: 'memory', volume: { name: 'memory' } },
        { name: 'keys', secret: { secretName: 'keys' } },
      ],
      volumeMounts: [
        { name: 'kept', mountPath: '/kept' },
        { name: 'memory', mountPath: '/memory' },
        { name: 'keys', mountPath: '/keys' },
      ],
    });
    await space.container('other', { command: ['sleep', '600'], init: true, resources: { limits: { pids: '20' } } });
    const pids = [await space.running('web'), await space.running('other')].map(({ status }) => status?.pid ?? 0);
    await daemon.kill9();
    process.kill(await daemon.containerdPid(), 'SIGKILL');
    await tearDown({ dataDirectory, runDirectory, log });
    await Promise.all(pids.map(processGone));
    const directories = [dataDirectory, runDirectory];
    t.deepEqual(await findLeaks({ folder, directories, identity, socketsBefore }), []);
    await t.notThrowsAsync(tearDown({ dataDirectory, runDirectory, log }), 'nothing is there any more');
  },
);

for (const [title, harm] of [
  ['plugins that are gone', async () => ({ CNI_PATH: '/nonexistent' })],
  ['a store that cannot be read', async (data: string) => await writeFile(join(data, 'store.db'), 'no database')],
  [
    'a name that stands in the store alone',
    async (data: string, run: string) => {
      for (const directory of [data, run]) await rm(join(directory, 'identity'));
    },
  ],
  ['a data directory that somebody deleted', async (data: string) => await rm(data, { recursive: true })],
] as const) {
  test.serial(`networks go in spite of ${title}`, async (t) => {
    const socketsBefore = await shimSockets();
    await using daemon = await startTestDaemon();
    const { folder, identity } = daemon;
    const { dataDir: dataDirectory, runDir: runDirectory } = daemon.options;
    await buildBusyboxArchive({ output: join(folder, 'busybox.tar'), name: 'busybox:latest' });
    const space = new Space(daemon, 'default', join(folder, 'busybox.tar'));
    await space.busybox();
    await space.container('web', {
      command: ['sleep', '600'],
      ports: [{ containerPort: 80, hostPort: 0, protocol: 'TCP' }],
    });
    await space.running('web');
    t.not((await networkTraces(identity)).length, 0);
    await daemon.stop();
    const env = { ...process.env, ...(await harm(dataDirectory, runDirectory)) };
    await tearDown({ dataDirectory, runDirectory, log, env });
    const directories = [dataDirectory, runDirectory];
    t.deepEqual(await findLeaks({ folder, directories, identity, socketsBefore }), []);
  });
}

test.serial('what is left is seen: processes, mounts, directories, cgroups and sockets', async (t) => {
  const folder = await makeFolder('/tmp/tsm-leak-');
  const identity = `leak-${process.pid}`;
  const socketsBefore = await shimSockets();
  const cgroup = join('/sys/fs/cgroup/pids/tsmoby', identity);
  const socket = join('/run/containerd/s', identity);
  const child = spawn('sleep', ['600'], { argv0: `${folder}/sleep` });
  try {
    await mkdir(join(folder, 'd'));
    await once(spawn('mount', ['-t', 'tmpfs', 'tsmoby-test', join(folder, 'd')]), 'exit');
    await mkdir(cgroup, { recursive: true });
    await mkdir('/run/containerd/s', { recursive: true });
    await writeFile(socket, '');
    const found = await findLeaks({ folder, directories: [join(folder, 'd')], identity, socketsBefore });
    for (const [what, pattern] of Object.entries({
      process: new RegExp(`process ${child.pid}: `),
      mount: / - tmpfs tsmoby-test /,
      directory: new RegExp(`directory ${folder}/d`),
      cgroup: new RegExp(`directory ${cgroup}`),
      socket: new RegExp(`socket ${socket}`),
    })) {
      t.true(
        found.some((line) => pattern.test(line)),
        `${what} is not in ${found.join('\n')}`,
      );
    }
  } finally {
    child.kill('SIGKILL');
    await once(spawn('umount', [join(folder, 'd')]), 'exit');
    await rm(folder, { recursive: true, force: true });
    await rm(socket, { force: true });
    await once(spawn('rmdir', ['-p', '--ignore-fail-on-non-empty', cgroup]), 'exit');
  }
});
