import test from 'ava';
import type { Container } from '../../../schemas/gen/types.ts';
import { onDaemon } from '../../support/daemon/scenario.ts';
import { conditionOf, type Space } from '../../support/daemon/space.ts';
import { eventually } from '../../support/eventually.ts';

const scenario = onDaemon(test);

/** Runs a script once; resolves with the object when it has ended. */
async function runOnce(space: Space, name: string, script: string, spec: object = {}): Promise<Container> {
  await space.container(name, { command: ['sh', '-c', script], restartPolicy: 'Never', ...spec });
  return space.until<Container>('Container', name, 'ended', ({ status }) => status?.state?.terminated);
}

scenario('exit codes are told: zero is Ready and Completed, another is Stalled with its reason', async (t, space) => {
  const [good, bad] = await Promise.all([runOnce(space, 'good', 'exit 0'), runOnce(space, 'bad', 'exit 3')]);
  t.is(good.status?.phase, 'Succeeded');
  t.like(good.status?.state?.terminated, { exitCode: 0, reason: 'Completed' });
  t.is((await space.condition('Container', 'good', 'Ready', 'Completed')).status, 'True');
  t.is(bad.status?.phase, 'Failed');
  t.like(bad.status?.state?.terminated, { exitCode: 3, reason: 'Error' });
  t.is(bad.status?.state?.terminated?.signal, undefined);
  const stalled = await space.condition('Container', 'bad', 'Stalled', 'Error');
  t.regex(stalled.message, /code 3/);
  t.is(bad.status?.restartCount, 0);
});

scenario('a signal is told by its number', async (t, space) => {
  await space.container('init', { command: ['sleep', '600'], restartPolicy: 'Never' });
  const { status } = await space.running('init');
  process.kill(status?.pid ?? 0, 'SIGKILL');
  const ended = await space.until<Container>('Container', 'init', 'ended', ({ status: now }) => now?.state?.terminated);
  t.like(ended.status?.state?.terminated, { exitCode: 137, signal: 9 });
  t.is(ended.status?.pid, undefined);
});

scenario('a process that the kernel ends for its memory is told as such', async (t, space) => {
  const hog = 'x=$(head -c 134217728 /dev/zero | tr "\\\\0" a); echo "$x" | wc -c';
  const limits = { memory: '16Mi' };
  const spec = { command: ['sh', '-c', hog], restartPolicy: 'Never' as const, resources: { limits } };
  await space.container('hog', spec);
  const { status } = await space.until<Container>(
    'Container',
    'hog',
    'ended',
    ({ status: now }) => now?.state?.terminated,
  );
  t.is(status?.state?.terminated?.reason, 'OOMKilled');
  t.is((await space.condition('Container', 'hog', 'Stalled', 'OOMKilled')).status, 'True');
});

scenario('a child that the kernel ends for its memory is told, and its parent runs on', async (t, space) => {
  const hog = 'x=$(head -c 134217728 /dev/zero | tr "\\\\0" a); echo "$x" | wc -c';
  const command = ['sh', '-c', `sh -c '${hog}'; while true; do sleep 1; done`];
  await space.container('parent', { command, resources: { limits: { memory: '16Mi' } } });
  const before = await space.running('parent');
  await eventually('an event tells', async () => (await space.eventReasons('parent')).includes('OOMKilled'));
  const { status } = await space.running('parent');
  t.like(status, { pid: before.status?.pid ?? 0, restartCount: 0 });
});

scenario(
  'the termination message comes from its file, or from the end of the log when that is asked for',
  async (t, space) => {
    const [file, own, log] = await Promise.all([
      runOnce(space, 'file', 'echo the reason > /dev/termination-log; exit 1'),
      runOnce(space, 'own', 'echo elsewhere > /message; exit 1', { terminationMessagePath: '/message' }),
      runOnce(space, 'log', 'echo one; echo two >&2; exit 1', { terminationMessagePolicy: 'FallbackToLogsOnError' }),
    ]);
    t.is(file.status?.state?.terminated?.message, 'the reason\n');
    t.is(own.status?.state?.terminated?.message, 'elsewhere\n');
    t.deepEqual((log.status?.state?.terminated?.message ?? '').trim().split('\n').sort(), ['one', 'two']);
  },
);

scenario('Never runs once, OnFailure until it succeeds, Always for ever', async (t, space) => {
  await space.apply({ kind: 'Volume', name: 'count', spec: { reclaimPolicy: 'Delete' } });
  const volumes = [{ name: 'count', volume: { name: 'count' } }];
  const volumeMounts = [{ name: 'count', mountPath: '/count' }];
  const thirdTime = 'echo x >> /count/file; test $(wc -l < /count/file) -ge 3';
  await space.container('failing', {
    command: ['sh', '-c', thirdTime],
    restartPolicy: 'OnFailure',
    volumes,
    volumeMounts,
  });
  await space.container('always', { command: ['true'] });
  const never = await runOnce(space, 'never', 'exit 1');
  t.is(never.status?.restartCount, 0);
  const failing = await space.until<Container>(
    'Container',
    'failing',
    'succeeded',
    ({ status }) => status?.phase === 'Succeeded',
  );
  t.is(failing.status?.restartCount, 2);
  t.like(failing.status?.state?.terminated, { exitCode: 0, reason: 'Completed' });
  const always = await space.until<Container>(
    'Container',
    'always',
    'ran thrice',
    ({ status }) => (status?.restartCount ?? 0) >= 3,
  );
  t.is(always.status?.lastState?.terminated?.exitCode, 0);
});

scenario(
  'what has run once does not run again when the same is applied, but when its definition changed',
  async (t, space) => {
    const script = 'date +%s%N';
    const first = await runOnce(space, 'once', script);
    const written = await space.logs('once');
    const again = await runOnce(space, 'once', script);
    t.is(again.metadata.resourceVersion, (await space.get<Container>('Container', 'once')).metadata.resourceVersion);
    t.is(again.status?.containerID, first.status?.containerID);
    t.is(await space.logs('once'), written);
    await space.container('once', { command: ['sh', '-c', 'echo changed'], restartPolicy: 'Never' });
    await eventually('it ran again', async () => (await space.logs('once')).endsWith('changed\n'));
  },
);

scenario('a container that crashes again and again waits longer each time, and says until when', async (t, space) => {
  await space.container('crashing', { command: ['sh', '-c', 'exit 7'] });
  const { status } = await space.until<Container>(
    'Container',
    'crashing',
    'backs off',
    ({ status: now }) => (now?.crashCount ?? 0) >= 4 && now?.nextStartTime,
  );
  t.is(status?.summary, 'CrashLoopBackOff');
  t.is(status?.lastState?.terminated?.exitCode, 7);
  const wait = Date.parse(status?.nextStartTime ?? '') - Date.parse(status?.lastState?.terminated?.finishedAt ?? '');
  // 0.8 s and more after the fourth failure, from the moment when it was seen.
  t.true(wait > 700 && wait < 60_000, String(wait));
  const reconciling = await space.condition('Container', 'crashing', 'Reconciling', 'CrashLoopBackOff');
  t.regex(reconciling.message, /code 7|Error/);
  await space.container('crashing', { command: ['sleep', '600'] });
  const mended = await space.running('crashing');
  t.is(mended.status?.nextStartTime, undefined);
});

scenario('a command that is not in the image, or cannot be executed, is told and tried again', async (t, space) => {
  await space.container('missing', { command: ['/no/such/program'] });
  await space.container('directory', { command: ['/etc'] });
  await space.container('text', { command: ['/etc/passwd'] });
  const missing = await space.condition('Container', 'missing', 'Reconciling', 'CommandNotFound');
  t.regex(missing.message, /\/no\/such\/program/);
  for (const name of ['directory', 'text']) {
    t.truthy(await space.condition('Container', name, 'Reconciling', 'CommandNotExecutable'));
  }
  await space.container('missing', { command: ['sleep', '600'] });
  t.is((await space.running('missing')).status?.phase, 'Running');
});

scenario('limits that no process can live with are told, and cured by other limits', async (t, space) => {
  const spec = { command: ['sleep', '600'] };
  await space.container('tiny', { ...spec, resources: { limits: { memory: '4Ki' } } });
  const told = await space.until<Container>('Container', 'tiny', 'says that it cannot start', (object) => {
    const { reason = '' } = conditionOf(object, 'Reconciling') ?? conditionOf(object, 'Stalled') ?? {};
    return /LimitRefused|StartError|OOMKilled|InvalidSpec/.test(reason);
  });
  t.not(conditionOf(told, 'Ready')?.status, 'True');
  await space.container('tiny', { ...spec, resources: { limits: { memory: '32Mi' } } });
  t.is((await space.running('tiny')).status?.phase, 'Running');
});

scenario('a working directory, a user and a volume that do not exist are told by name', async (t, space) => {
  await space.container('user', { command: ['true'], securityContext: { runAsUser: 'nosuchuser' } });
  await space.container('group', { command: ['true'], securityContext: { runAsGroup: 'nosuchgroup' } });
  await space.container('root', { command: ['true'], securityContext: { runAsNonRoot: true } });
  await space.container('volume', {
    command: ['sleep', '600'],
    volumes: [{ name: 'data', volume: { name: 'absent' } }],
    volumeMounts: [{ name: 'data', mountPath: '/data' }],
  });
  t.regex((await space.condition('Container', 'user', 'Stalled', 'UserNotFound')).message, /nosuchuser/);
  t.regex((await space.condition('Container', 'group', 'Stalled', 'UserNotFound')).message, /nosuchgroup/);
  t.truthy(await space.condition('Container', 'root', 'Stalled', 'RunAsNonRootViolation'));
  t.regex((await space.condition('Container', 'volume', 'Reconciling', 'VolumeNotFound')).message, /absent/);
  await space.apply({ kind: 'Volume', name: 'absent', spec: { reclaimPolicy: 'Delete' } });
  t.is((await space.running('volume')).status?.phase, 'Running');
});

scenario(
  'no version of an object says that it is ready because it runs, and that its run is over',
  async (t, space) => {
    const wrong: string[] = [];
    const check = ({ status }: Container, name: string): void => {
      const ready = status?.conditions?.find(({ type }) => type === 'Ready');
      if (status?.state?.running === undefined && ready?.status === 'True' && ready.reason === 'Running') {
        wrong.push(`${name}: ${JSON.stringify(status)}`);
      }
    };
    await Promise.all(
      ['exit 0', 'exit 3', 'sleep 0.2; exit 1'].map(async (script, index) => {
        const name = `job-${index}`;
        await space.container(name, { command: ['sh', '-c', script], restartPolicy: 'Never' });
        await space.until<Container>('Container', name, 'has a verdict', (object) => {
          check(object, name);
          return /Completed|Stalled/.test(JSON.stringify(object.status?.conditions));
        });
      }),
    );
    await space.container('loops', { command: ['sh', '-c', 'exit 1'] });
    await space.until<Container>('Container', 'loops', 'failed thrice', (object) => {
      check(object, 'loops');
      return (object.status?.restartCount ?? 0) >= 2;
    });
    t.deepEqual(wrong, []);
  },
);
