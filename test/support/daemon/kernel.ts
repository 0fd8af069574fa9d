/** What the kernel says of a container's process, without asking anybody else. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { eventually } from '../eventually.ts';

/** A file of the cgroup a process is in: of a controller's hierarchy (v1), or of the one hierarchy (v2) by its name there. */
export async function cgroupFile(pid: number, controller: string, v1: string, v2: string): Promise<string> {
  const lines = (await readFile(`/proc/${pid}/cgroup`, 'utf8')).split('\n').map((line) => line.split(':'));
  const legacy = lines.find(([, controllers = '']) => controllers.split(',').includes(controller))?.[2];
  const unified = lines.find(([number, controllers]) => number === '0' && controllers === '')?.[2];
  const path =
    legacy === undefined ? join('/sys/fs/cgroup', unified ?? '', v2) : join('/sys/fs/cgroup', controller, legacy, v1);
  return (await readFile(path, 'utf8')).trim();
}

export const memoryLimit = (pid: number): Promise<string> =>
  cgroupFile(pid, 'memory', 'memory.limit_in_bytes', 'memory.max');

export const pidsLimit = (pid: number): Promise<string> => cgroupFile(pid, 'pids', 'pids.max', 'pids.max');

/** `quota period` in microseconds, in the form of v2. */
export async function cpuLimit(pid: number): Promise<string> {
  const quota = await cgroupFile(pid, 'cpu', 'cpu.cfs_quota_us', 'cpu.max');
  if (quota.includes(' ')) return quota;
  return `${quota === '-1' ? 'max' : quota} ${await cgroupFile(pid, 'cpu', 'cpu.cfs_period_us', 'cpu.max')}`;
}

/** A row of /proc/PID/status, such as `CapEff`. */
export async function processStatus(pid: number, row: string): Promise<string> {
  const text = await readFile(`/proc/${pid}/status`, 'utf8');
  return new RegExp(`^${row}:\\s*(.*)$`, 'm').exec(text)?.[1] ?? '';
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

export async function processGone(pid: number): Promise<void> {
  await eventually(`process ${pid} is gone`, () => !isAlive(pid));
}
