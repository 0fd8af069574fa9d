import test from 'ava';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeSpec } from '../../../runtime/containerd/containers/record-spec.ts';
import { isRuntimeError } from '../../../runtime/errors.ts';
import { startContainerd, type TestContainerd } from '../../support/containerd.ts';
import { openWorld, rootOf, type ContainerdWorld } from '../../support/containerd-world.ts';
import { eventually } from '../../support/eventually.ts';
import { instanceSpec } from '../../suites/containers.ts';

let daemon: TestContainerd;

test.before(async () => {
  daemon = await startContainerd();
});

test.after.always(async () => {
  await daemon[Symbol.asyncDispose]();
});

const MIB = 1024 * 1024;

/** Memory limit, process limit and CPU quota as the kernel has them; Infinity for none. */
async function kernelLimits(world: ContainerdWorld, id: string) {
  const { container } = await world.services.containers.get({ id });
  const path = decodeSpec(container?.spec?.value ?? new Uint8Array()).linux?.cgroupsPath ?? '';
  const v1 = world.facts.cgroups.version === 1;
  const read = (controller: string, file: string): Promise<string> =>
    readFile(join('/sys/fs/cgroup', v1 ? controller : '', path, file), 'utf8');
  const number = (text: string): number => {
    const value = text.trim().split(' ')[0] ?? '';
    return value === 'max' || value === '-1' || Number(value) > 2 ** 62 ? Infinity : Number(value);
  };
  return {
    memory: number(await read('memory', v1 ? 'memory.limit_in_bytes' : 'memory.max')),
    pids: number(await read('pids', 'pids.max')),
    cpu: number(await read('cpu', v1 ? 'cpu.cfs_quota_us' : 'cpu.max')),
  };
}

test('limits are changed in the kernel, taken away again, and kept over a restart', async (t) => {
  await using world = await openWorld(daemon);
  const { containers } = world.containerd;
  const root = rootOf(await world.loadBusybox());
  const resources = { memoryBytes: 64 * MIB, cpuMillis: 500, pids: 20 };
  await containers.create({ ...instanceSpec('a', root, ['sleep', 'infinity']), resources });
  await containers.start('a', await world.stdio('a'));
  t.deepEqual(await kernelLimits(world, 'a'), { memory: 64 * MIB, pids: 20, cpu: 50_000 });
  await containers.updateResources('a', { memoryBytes: 96 * MIB, pids: 40 });
  t.deepEqual(await kernelLimits(world, 'a'), { memory: 96 * MIB, pids: 40, cpu: Infinity });
  await containers.updateResources('a', {});
  t.deepEqual(await kernelLimits(world, 'a'), { memory: Infinity, pids: Infinity, cpu: Infinity });
  await containers.updateResources('a', { memoryBytes: 48 * MIB });
  await containers.kill('a', 9);
  await eventually('it stops', async () => (await containers.get('a'))?.task?.status === 'stopped');
  await containers.updateResources('a', { memoryBytes: 32 * MIB, cpuMillis: 250 });
  await containers.deleteTask('a');
  await containers.start('a', await world.stdio('a'));
  t.deepEqual(await kernelLimits(world, 'a'), { memory: 32 * MIB, pids: Infinity, cpu: 25_000 });
});

test('a limit that the kernel refuses is InvalidArgument, and the record keeps the old one', async (t) => {
  await using world = await openWorld(daemon);
  const { containers } = world.containerd;
  const root = rootOf(await world.loadBusybox());
  await containers.create({ ...instanceSpec('a', root, ['sleep', 'infinity']), resources: { memoryBytes: 64 * MIB } });
  await containers.start('a', await world.stdio('a'));
  const before = await world.services.containers.get({ id: 'a' });
  if (world.facts.cgroups.version === 1) {
    const error: unknown = await containers.updateResources('a', { memoryBytes: 4096 }).catch((one: unknown) => one);
    t.true(isRuntimeError(error, 'InvalidArgument'), String(error));
    t.is(isRuntimeError(error) ? error.reason : undefined, 'LimitRefused');
    const after = await world.services.containers.get({ id: 'a' });
    t.deepEqual(after.container?.spec?.value, before.container?.spec?.value);
  }
  t.is((await containers.get('a'))?.task?.status, 'running');
});

test('what the OOM killer took is counted until the task is deleted', async (t) => {
  await using world = await openWorld(daemon);
  const { containers } = world.containerd;
  const root = rootOf(await world.loadBusybox());
  const script = 'x=0123456789; while true; do x=$x$x; done';
  await containers.create({ ...instanceSpec('a', root, ['sh', '-c', script]), resources: { memoryBytes: 24 * MIB } });
  const told: string[] = [];
  using _ = world.containerd.events.subscribe((event) => {
    if (event.type === 'instance') told.push(event.topic);
  });
  await eventually('events are connected', () => world.containerd.events.connected);
  await containers.start('a', await world.stdio('a'));
  const task = await eventually('it is killed', async () => {
    const state = (await containers.get('a'))?.task;
    return state?.status === 'stopped' ? state : undefined;
  });
  t.is(task.exitCode, 137);
  t.true((await containers.oomKills('a')) >= 1);
  await eventually('the exit is told', () => told.includes('/tasks/exit'));
  await containers.deleteTask('a');
  t.is(await containers.oomKills('a'), 0);
});
