import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import type { Container, Image } from '../../schemas/gen/types.ts';
import { buildBusyboxArchive } from '../../tools/busybox-image/archive.ts';
import { startContainerd } from '../support/containerd.ts';
import { startTestDaemon } from '../support/daemon.ts';
import { isAlive, processGone } from '../support/daemon/kernel.ts';
import { assertHoldsNothing, onDaemon } from '../support/daemon/scenario.ts';
import { conditionOf, isReady, Space } from '../support/daemon/space.ts';
import { eventually } from '../support/eventually.ts';

const scenario = onDaemon(test);

async function pidOf(space: Space, name: string): Promise<number> {
  return (await space.running(name)).status?.pid ?? 0;
}

/** Its words for a runtime that is away. */
const isUnknown = (object: Container | Image): boolean =>
  conditionOf(object, 'Ready')?.status === 'Unknown' &&
  conditionOf(object, 'Reconciling')?.reason === 'RuntimeUnavailable';

async function frozen(pid: number, use: () => Promise<void>): Promise<void> {
  process.kill(pid, 'SIGSTOP');
  try {
    await use();
  } finally {
    process.kill(pid, 'SIGCONT');
  }
}

scenario('a containerd that is killed is started again, and containers run on', async (t, space) => {
  await space.container('web', { command: ['sleep', '600'] });
  const pid = await pidOf(space, 'web');
  const containerd = await space.daemon.containerdPid();
  process.kill(containerd, 'SIGKILL');
  await eventually('another containerd runs', async () => (await space.daemon.containerdPid()) !== containerd);
  await space.container('later', { command: ['sleep', '600'] });
  t.true(isAlive(await pidOf(space, 'later')));
  const { status } = await space.running('web');
  t.is(status?.pid, pid);
  t.is(status?.restartCount, 0);
  t.true(isAlive(pid));
});

scenario('what is killed while containerd is away is repaired when it is back', async (t, space) => {
  await space.container('web', { command: ['sleep', '600'] });
  const pid = await pidOf(space, 'web');
  const containerd = await space.daemon.containerdPid();
  process.kill(containerd, 'SIGKILL');
  process.kill(pid, 'SIGKILL');
  const again = await space.until<Container>('Container', 'web', 'runs again', ({ status }) => {
    return status?.state?.running !== undefined && status.pid !== pid;
  });
  t.true(isAlive(again.status?.pid ?? 0));
  t.truthy(again.status?.lastState?.terminated);
});

scenario(
  'a containerd that does not answer is told on the objects, and hinders neither reads nor applies',
  async (t, space) => {
    await space.container('web', { command: ['sleep', '600'] });
    const pid = await pidOf(space, 'web');
    const containerd = await space.daemon.containerdPid();
    await frozen(containerd, async () => {
      const started = performance.now();
      await space.container('later', { command: ['sleep', '600'] });
      await space.apply({ kind: 'ConfigMap', name: 'settings', data: { a: '1' } });
      t.is((await space.get<Container>('Container', 'web')).status?.pid, pid);
      t.true(performance.now() - started < 30_000);
      const later = await space.until<Container>('Container', 'later', 'is told', isUnknown);
      t.regex(conditionOf(later, 'Reconciling')?.message ?? '', /containerd/);
      // Whoever asks about what runs already: what was last seen stays.
      await space.container('web', { command: ['sleep', '600'], restartPolicy: 'OnFailure' });
      const web = await space.get<Container>('Container', 'web');
      t.is(web.status?.phase, 'Running');
      t.is(web.status?.pid, pid);
    });
    t.true(isAlive(await pidOf(space, 'later')));
    await space.until<Container>('Container', 'web', 'is ready again', isReady);
    t.is(await pidOf(space, 'web'), pid);
  },
);

scenario('objects say that containerd is gone, and all is well when it is back', async (t, space) => {
  await space.container('web', { command: ['sleep', '600'] });
  const pid = await pidOf(space, 'web');
  const containerd = await space.daemon.containerdPid();
  await frozen(containerd, async () => {
    await space.daemon.kill9();
    await space.daemon.start();
    const web = await space.until<Container>('Container', 'web', 'is unknown', isUnknown, 60_000);
    t.is(web.status?.pid, pid);
    t.is(web.status?.phase, 'Running');
    const image = await space.until<Image>('Image', 'busybox', 'is unknown', isUnknown, 60_000);
    t.truthy(image.status?.digest);
  });
  await space.until<Container>('Container', 'web', 'is ready again', isReady);
  await space.ready('Image', 'busybox');
  t.is(await pidOf(space, 'web'), pid);
  t.is((await space.get<Container>('Container', 'web')).status?.restartCount, 0);
});

scenario('a shim that is killed takes its process along, and the container is made again', async (t, space) => {
  await space.container('web', { command: ['sleep', '600'] });
  const pid = await pidOf(space, 'web');
  const parent = Number(/^PPid:\s*(\d+)/m.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1]);
  process.kill(parent, 'SIGKILL');
  const again = await space.until<Container>('Container', 'web', 'runs again', ({ status }) => {
    return status?.state?.running !== undefined && status.pid !== pid;
  });
  await processGone(pid);
  t.true(isAlive(again.status?.pid ?? 0));
  await eventually('one task', async () => (await space.daemon.containerd.holdings()).tasks.length === 1);
});

scenario('logd and containerd, daemon and logd, daemon and containerd may die together', async (t, space) => {
  const script = 'n=0; while true; do n=$((n+1)); echo line $n; sleep 0.05; done';
  await space.container('web', { command: ['sh', '-c', script] });
  const pid = await pidOf(space, 'web');
  const { daemon } = space;
  const settle = async (what: string): Promise<void> => {
    const name = what.replaceAll(' ', '-');
    await space.container(name, { command: ['sleep', '600'] });
    t.true(isAlive(await pidOf(space, name)), what);
    t.is(await pidOf(space, 'web'), pid, what);
    t.true(isAlive(pid), what);
    const before = lineCount(await space.logs('web'));
    await eventually(`lines go on after ${what}`, async () => lineCount(await space.logs('web')) > before);
  };
  process.kill(await daemon.logdPid(), 'SIGKILL');
  await settle('logd alone');
  process.kill(await daemon.logdPid(), 'SIGKILL');
  process.kill(await daemon.containerdPid(), 'SIGKILL');
  await settle('logd and containerd');
  const [logd, containerd] = [await daemon.logdPid(), await daemon.containerdPid()];
  process.kill(logd, 'SIGKILL');
  await daemon.kill9();
  await daemon.start();
  await settle('daemon and logd');
  process.kill(containerd, 'SIGKILL');
  await daemon.kill9();
  await sleep(50);
  await daemon.start();
  await settle('daemon and containerd');
  t.is((await space.get<Container>('Container', 'web')).status?.restartCount, 0);
});

const lineCount = (text: string): number => text.split('\n').length;

test.serial('a daemon whose containerd is not there says so, and starts what is wanted when it comes', async (t) => {
  await using containerd = await startContainerd();
  await containerd.kill();
  await using daemon = await startTestDaemon({ containerd: `unix://${containerd.socketPath}` });
  const path = join(daemon.folder, 'busybox.tar');
  await buildBusyboxArchive({ output: path, name: 'busybox:latest' });
  const space = new Space(daemon, 'default', path);
  await space.apply({ kind: 'Image', name: 'busybox', spec: { reference: 'busybox', archive: { path } } });
  await space.container('web', { command: ['sleep', '600'] });
  const waiting = await space.until<Container>('Container', 'web', 'is told', isUnknown);
  t.regex(conditionOf(waiting, 'Reconciling')?.message ?? '', /containerd/);
  await containerd.start();
  t.true(isAlive(await pidOf(space, 'web')));
  await space.remove('Container', 'web');
  await space.remove('Image', 'busybox');
  await assertHoldsNothing(daemon);
});
