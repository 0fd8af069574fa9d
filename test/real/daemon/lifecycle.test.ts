import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import type { Container } from '../../../schemas/gen/types.ts';
import { cpuLimit, isAlive, memoryLimit, pidsLimit, processGone } from '../../support/daemon/kernel.ts';
import { onDaemon } from '../../support/daemon/scenario.ts';
import { conditionOf } from '../../support/daemon/space.ts';
import { eventually } from '../../support/eventually.ts';

const scenario = onDaemon(test);

scenario('an applied container runs, and status says what it is', async (t, space) => {
  await space.container('web', { command: ['sleep', '600'] });
  const { status, metadata } = await space.running('web');
  t.is(status?.phase, 'Running');
  t.is(status?.restartCount, 0);
  t.true((status?.containerID ?? '').startsWith(`containerd://${metadata.uid}-`));
  t.regex(status?.imageID ?? '', /^sha256:[0-9a-f]{64}$/);
  t.true(isAlive(status?.pid ?? 0));
});

scenario('limits, labels and the restart policy change under the running process', async (t, space) => {
  const spec = { command: ['sleep', '600'] };
  const limits = { cpu: '500m', memory: '64Mi', pids: '20' };
  await space.container('web', { ...spec, resources: { limits } });
  const before = await space.running('web');
  const pid = before.status?.pid ?? 0;
  t.deepEqual([await memoryLimit(pid), await cpuLimit(pid), await pidsLimit(pid)], ['67108864', '50000 100000', '20']);

  const larger = { cpu: '1500m', memory: '128Mi', pids: '40' };
  await space.container('web', { ...spec, resources: { limits: larger }, restartPolicy: 'OnFailure' });
  const after = await space.until<Container>(
    'Container',
    'web',
    'has the larger limits',
    ({ status }) => status?.resources?.pids === 40,
  );
  t.deepEqual(
    [await memoryLimit(pid), await cpuLimit(pid), await pidsLimit(pid)],
    ['134217728', '150000 100000', '40'],
  );
  t.is(after.status?.pid, pid);
  t.is(after.status?.containerID, before.status?.containerID);
  t.is(after.status?.restartCount, 0);
  t.deepEqual(after.status?.resources, { cpuMillis: 1500, memoryBytes: 134217728, pids: 40 });

  await space.container('web', spec);
  const unlimited = await space.until<Container>(
    'Container',
    'web',
    'has no limits',
    ({ status }) => status?.resources?.pids === undefined,
  );
  t.is(await pidsLimit(pid), 'max');
  t.is(await cpuLimit(pid), 'max 100000');
  t.true(Number((await memoryLimit(pid)).replace('max', 'Infinity')) > 2 ** 60);
  t.is(unlimited.status?.pid, pid);
});

scenario(
  'limits that the kernel refuses are a condition, and the process runs on with those it had',
  async (t, space) => {
    // A process that holds 48 MiB: the kernel cannot bring it below 8 MiB where there is nothing to reclaim.
    const script = 'x=$(head -c 50331648 /dev/zero | tr "\\\\0" a); echo ready; while true; do sleep 1; done';
    const spec = { command: ['sh', '-c', script] };
    await space.container('fat', { ...spec, resources: { limits: { memory: '256Mi', pids: '20' } } });
    const { status } = await space.running('fat');
    const pid = status?.pid ?? 0;
    for (let output = ''; !output.includes('ready');) output = await space.logs('fat');
    await space.container('fat', { ...spec, resources: { limits: { memory: '8Mi', pids: '20' } } });
    const condition = await space.condition('Container', 'fat', 'ResourcesApplied', 'ResourcesRefused');
    t.is(condition.status, 'False');
    t.regex(condition.message, /memory/);
    t.true(isAlive(pid));
    const after = await space.get<Container>('Container', 'fat');
    t.is(after.status?.restartCount, 0);
    t.is(after.status?.resources?.memoryBytes, 256 * 2 ** 20);
    t.is(await memoryLimit(pid), String(256 * 2 ** 20));

    await space.container('fat', { ...spec, resources: { limits: { memory: '512Mi', pids: '20' } } });
    await space.until<Container>(
      'Container',
      'fat',
      'has limits again',
      (object) => conditionOf(object, 'ResourcesApplied')?.status === 'True',
    );
    t.is(await memoryLimit(pid), String(512 * 2 ** 20));
    t.true(isAlive(pid));
  },
);

scenario('any other change replaces the container, and a change back is understood', async (t, space) => {
  await space.container('web', { command: ['sleep', '600'] });
  const first = await space.running('web');
  await space.container('web', { command: ['sleep', '700'] });
  const isOther = ({ status }: Container): boolean =>
    status?.state?.running !== undefined && status.containerID !== first.status?.containerID;
  const second = await space.until<Container>('Container', 'web', 'is another instance', isOther);
  t.not(second.status?.pid, first.status?.pid);
  t.is(second.status?.restartCount, 1);
  await processGone(first.status?.pid ?? 0);
  t.deepEqual((await space.daemon.containerd.holdings()).containers.length, 1);
  await space.container('web', { command: ['sleep', '600'] });
  const third = await space.until<Container>(
    'Container',
    'web',
    'is the first instance again',
    ({ status }) => status?.state?.running !== undefined && status.containerID === first.status?.containerID,
  );
  t.is(third.status?.restartCount, 2);
});

scenario('an image that is not there keeps the present container running', async (t, space) => {
  await space.container('web', { command: ['sleep', '600'] });
  const { status } = await space.running('web');
  await space.container('web', { command: ['sleep', '600'], image: '127.0.0.1:1/nothing:here' });
  const waiting = await space.until<Container>('Container', 'web', 'says why', (object) =>
    /RegistryUnavailable|ErrImagePull|ImageNotReady/.test(conditionOf(object, 'Reconciling')?.reason ?? ''),
  );
  t.is(waiting.status?.pid, status?.pid);
  t.true(isAlive(status?.pid ?? 0));
  await space.container('web', { command: ['sleep', '600'] });
  t.is((await space.running('web')).status?.pid, status?.pid);
});

scenario('deleting asks the process to stop, and takes all away', async (t, space) => {
  const script = 'trap "echo asked; exit 0" TERM; echo ready; while true; do sleep 0.1; done';
  await space.container('polite', { command: ['sh', '-c', script], terminationGracePeriodSeconds: 300 });
  const { status } = await space.running('polite');
  const stream = await space.daemon.client.stream(space.logPath('polite', 'follow=true'));
  let seen = '';
  let deleted: Promise<void> | undefined;
  for await (const chunk of stream) {
    seen += String(chunk);
    if (seen.includes('ready')) deleted ??= space.remove('Container', 'polite');
  }
  await deleted;
  t.regex(seen, /ready\nasked\n/);
  await processGone(status?.pid ?? 0);
  t.deepEqual((await space.daemon.containerd.holdings()).containers, []);
});

scenario('a process that does not stop is killed after its time of grace', async (t, space) => {
  await space.container('stubborn', {
    command: ['sh', '-c', 'trap "" TERM; while true; do sleep 0.1; done'],
    terminationGracePeriodSeconds: 1,
  });
  const { status } = await space.running('stubborn');
  const started = performance.now();
  await space.remove('Container', 'stubborn');
  t.true(performance.now() - started > 900);
  await processGone(status?.pid ?? 0);
  t.true((await space.eventReasons('stubborn')).includes('Killing'));
});

scenario('the stop signal is the spec’s, and one that is deleted before it started goes as well', async (t, space) => {
  const script = 'trap "exit 0" USR1; trap "" TERM; echo ready; while true; do sleep 0.1; done';
  await space.container('web', {
    command: ['sh', '-c', script],
    terminationGracePeriodSeconds: 300,
    lifecycle: { stopSignal: 'SIGUSR1' },
  });
  await space.running('web');
  for (let output = ''; !output.includes('ready');) output = await space.logs('web');
  await space.container('never', { image: '127.0.0.1:1/nothing:here' });
  await Promise.all([space.remove('Container', 'web'), space.remove('Container', 'never')]);
  t.pass();
});

scenario('a namespace that is deleted takes its containers, images and volumes along', async (t, space) => {
  await space.apply({ kind: 'Volume', name: 'data', spec: { reclaimPolicy: 'Delete' } });
  await space.container('one', {
    command: ['sleep', '600'],
    volumes: [{ name: 'data', volume: { name: 'data' } }],
    volumeMounts: [{ name: 'data', mountPath: '/data' }],
  });
  await space.container('two', { command: ['sleep', '600'] });
  const pids = [await space.running('one'), await space.running('two')].map(({ status }) => status?.pid ?? 0);
  const ref = { apiVersion: 'v1', kind: 'Namespace', name: space.namespace };
  await space.daemon.client.delete(ref);
  await space.gone('Container', 'one');
  const refused = await t.throwsAsync(space.container('late', { command: ['sleep', '600'] }));
  t.regex(refused?.message ?? '', /being terminated|not found/);
  await Promise.all(pids.map(processGone));
  await space.gone('Volume', 'data');
});

scenario('containers that are deleted while they are being made leave nothing', async (t, space) => {
  const names = Array.from({ length: 24 }, (_, index) => `short-${index}`);
  const lived = await Promise.all(
    names.map(async (name, index) => {
      await space.container(name, { command: ['sleep', '600'] });
      await sleep(index * 15);
      await space.remove('Container', name);
      return true;
    }),
  );
  t.is(lived.length, names.length);
  t.deepEqual((await space.daemon.containerd.holdings()).tasks, []);
});

scenario('nothing is written while nothing happens, nor by an apply that changes nothing', async (t, space) => {
  const spec = { command: ['sleep', '600'], resources: { limits: { pids: '20' } } };
  for (const name of ['one', 'two', 'three']) await space.container(name, spec);
  for (const name of ['one', 'two', 'three']) await space.running(name);
  const revision = async (): Promise<string> => {
    const { metadata } = await space.daemon.client.list({ apiVersion: 'v1', kind: 'Namespace' });
    return metadata.resourceVersion;
  };
  // Events gather for a moment before they are written.
  let before = '';
  await eventually('nothing is written', async () => {
    before = await revision();
    await sleep(2000);
    return before === (await revision());
  });
  for (const name of ['one', 'two', 'three']) await space.container(name, spec);
  await sleep(2000);
  t.is(await revision(), before);
});
