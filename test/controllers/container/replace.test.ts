import test from 'ava';
import type { Container } from '../../../schemas/gen/types.ts';
import { RuntimeError } from '../../../runtime/errors.ts';
import { conditionOf, conditionsText, CONFIG_MAP, ContainerWorld } from '../../support/container-world.ts';
import { ManualTime } from '../../support/manual-time.ts';

const IN_PLACE: Readonly<Record<string, Partial<Container['spec']>>> = {
  'the restart policy': { restartPolicy: 'OnFailure' },
  limits: { resources: { limits: { memory: '64Mi', cpu: '500m', pids: '40' } } },
  'the time of grace': { terminationGracePeriodSeconds: 3 },
  'the stop signal': { lifecycle: { stopSignal: 'SIGINT' } },
  'log rotation': { logging: { maxFiles: 2 } },
  'another name of the same image': { image: 'docker.io/library/app:1' },
};

for (const [what, spec] of Object.entries(IN_PLACE)) {
  test(`${what}: changed in place`, async (t) => {
    await using world = await ContainerWorld.open();
    await world.apply('web');
    const before = await world.running('web');
    const { metadata } = await world.apply('web', spec, { a: 'b' });
    const { generation } = metadata;
    const wanted = spec.image ?? 'app:1';
    const after = await world.running(
      'web',
      ({ image, observedGeneration }) => image === wanted && observedGeneration === generation,
    );
    t.is(world.only(after), before.status?.containerID?.replace('containerd://', '') ?? '');
    t.like(after.status, { pid: before.status?.pid ?? 0, restartCount: 0 });
    t.true(conditionsText(after).startsWith('Ready=True Running'));
    t.deepEqual(await world.costOfNothing(), []);
  });
}

test('limits are in force, in status and in the runtime', async (t) => {
  await using world = await ContainerWorld.open();
  await world.apply('web');
  await world.running('web');
  await world.apply('web', { resources: { limits: { memory: '64Mi' } } });
  const after = await world.until('is applied', 'web', ({ resources }) => resources?.memoryBytes === 64 * 1024 * 1024);
  t.is(world.controls.instance(world.only(after))?.resources.memoryBytes, 64 * 1024 * 1024);
  t.is(conditionOf(after, 'ResourcesApplied')?.status, 'True');
});

test('limits that the kernel refuses are a condition and no restart, and are forgotten with the wish', async (t) => {
  const time = new ManualTime();
  await using world = await ContainerWorld.open({ time });
  await world.apply('web');
  const before = await world.running('web');
  const refuse = new RuntimeError('InvalidArgument', 'the kernel refused memory.max: device or resource busy');
  world.controls.failNext('containers.updateResources', refuse, 1000);
  await world.apply('web', { resources: { limits: { memory: '6Mi' } } });
  const refused = await world.until('is refused', 'web', (_, object) => conditionOf(object, 'ResourcesApplied'));
  t.is(conditionsText(refused), 'Ready=True Running, ResourcesApplied=False ResourcesRefused');
  t.regex(conditionOf(refused, 'ResourcesApplied')?.message ?? '', /busy/);
  t.like(refused.status, { pid: before.status?.pid ?? 0, restartCount: 0 });
  t.deepEqual(refused.status?.resources, before.status?.resources);

  world.controls.resetCounters();
  await time.pass(31_000);
  t.true((world.controls.calls.get('containers.updateResources') ?? 0) >= 1, 'tried again');
  await world.apply('web', {});
  const quiet = await world.until(
    'forgets',
    'web',
    (_, object) => conditionOf(object, 'ResourcesApplied') === undefined,
  );
  t.is(conditionsText(quiet), 'Ready=True Running');
});

test('a new image replaces the container, after it is here', async (t) => {
  await using world = await ContainerWorld.open();
  await world.apply('web');
  const before = await world.running('web');
  await world.quiet();
  await world.apply('web', { image: 'app:2' });
  const waiting = await world.until('waits', 'web', ({ summary }) => summary === 'ErrImagePull');
  t.is(conditionsText(waiting), 'Ready=False ErrImagePull, Reconciling=True ErrImagePull');
  t.like(waiting.status, { phase: 'Running', pid: before.status?.pid ?? 0, started: true, restartCount: 0 });
  t.truthy(waiting.status?.state?.running);
  t.deepEqual(world.instances(waiting), [`${world.only(before)} running`]);
  world.controls.addImage('docker.io/library/app:2', { version: 2 });
  const after = await world.running('web', ({ image }) => image === 'app:2');
  t.not(world.only(after), before.status?.containerID?.replace('containerd://', '') ?? '');
  t.like(after.status, { restartCount: 1, summary: 'Running' });
  t.like(after.status?.lastState?.terminated, { reason: 'Stopped', signal: 15 });
  t.is(conditionsText(after), 'Ready=True Running');
  t.deepEqual(await world.costOfNothing(), []);
});

test('going back to the former spec before the new image came changes nothing', async (t) => {
  await using world = await ContainerWorld.open();
  await world.apply('web');
  const before = await world.running('web');
  await world.apply('web', { image: 'app:2' });
  await world.until('waits', 'web', ({ summary }) => summary === 'ErrImagePull');
  await world.apply('web');
  const after = await world.running('web', ({ summary }) => summary === 'Running');
  t.like(after.status, { pid: before.status?.pid ?? 0, restartCount: 0 });
  t.is(conditionsText(after), 'Ready=True Running');
  t.deepEqual(await world.costOfNothing(), []);
});

test('what runs is kept until the new spec can be run', async (t) => {
  await using world = await ContainerWorld.open();
  await world.apply('web');
  const before = await world.running('web');
  const env = [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'config', key: 'a' } } }];
  await world.apply('web', { env });
  const waiting = await world.until('waits', 'web', ({ summary }) => summary === 'ConfigMapNotFound');
  t.deepEqual(world.instances(waiting), [`${world.only(before)} running`]);
  await world.user.create({
    ...CONFIG_MAP,
    metadata: { name: 'config', namespace: 'default' },
    data: { a: '1' },
  } as never);
  const { status } = await world.running('web', ({ restartCount }) => restartCount === 1);
  t.is(status?.lastState?.terminated?.reason, 'Stopped');
});

test('A, B and A again in a row: A runs in the end, once', async (t) => {
  await using world = await ContainerWorld.open();
  await world.apply('web', { args: ['sleep', 'infinity'], restartPolicy: 'Never' });
  await world.running('web');
  for (const seconds of ['1000', 'infinity', '2000', 'infinity']) {
    await world.apply('web', { args: ['sleep', seconds], restartPolicy: 'Never' });
  }
  const after = await world.running('web', ({ observedGeneration }) => observedGeneration === 5);
  await world.quiet();
  const [instance, ...others] = world.instances(await world.get('web'));
  t.deepEqual(others, []);
  t.true(instance?.endsWith(' running'));
  t.deepEqual(world.controls.instance(world.only(after))?.spec.process.args, ['sleep', 'infinity']);
  t.is(conditionsText(await world.get('web')), 'Ready=True Running');
});

test('a process that is wanted again after it was asked to stop is started again, whatever the policy', async (t) => {
  const time = new ManualTime();
  const program = (args: readonly string[]) =>
    args[0] === 'slow' ? { steps: [{ type: 'wait' as const }], ignores: [15] } : undefined;
  await using world = await ContainerWorld.open({ time, program });
  await world.apply('web', { command: ['slow'], restartPolicy: 'Never' });
  const before = await world.running('web');
  const id = world.only(before);
  await world.apply('web', { command: ['sleep', '1'], restartPolicy: 'Never' });
  await world.until('is asked to stop', 'web', ({ summary }) => summary === 'Stopping');
  await world.apply('web', { command: ['slow'], restartPolicy: 'Never' });
  await world.running('web', ({ summary, pid }) => summary === 'Running' && pid === before.status?.pid);
  world.controls.exitTask(id, 143);
  const again = await world.running('web', ({ pid }) => pid !== before.status?.pid);
  t.is(world.only(again), id);
  // And its time of grace is its own.
  await world.apply('web', { command: ['slow', 'again'], restartPolicy: 'Never' });
  await time.pass(29_000);
  t.deepEqual(world.instances(again), [`${id} running`]);
  await world.running('web', ({ containerID }) => containerID !== `containerd://${id}`);
});

test('annotation restartedAt makes another instance', async (t) => {
  await using world = await ContainerWorld.open();
  await world.apply('web');
  const before = await world.running('web');
  const annotations = { 'kubectl.kubernetes.io/restartedAt': '2026-01-01T00:00:00Z' };
  await world.user.patch(
    { apiVersion: 'tsmoby.dev/v1alpha1', kind: 'Container', namespace: 'default', name: 'web' },
    { metadata: { annotations } },
    { type: 'merge' },
  );
  const after = await world.running('web', ({ restartCount }) => restartCount === 1);
  t.not(after.status?.containerID, before.status?.containerID);
  t.is(world.instances(after).length, 1);
});
