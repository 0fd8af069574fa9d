import { mkdir, rm, statfs, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Host } from '../ports/host.ts';
import { unlessMissing } from './failures.ts';

/** NSFS_MAGIC of linux/magic.h. */
const NSFS = 0x6e736673;

/** Whether a network namespace is mounted there. */
export async function isNetns(path: string): Promise<boolean> {
  return (await unlessMissing(statfs(path)))?.type === NSFS;
}

/** A network namespace with its loopback up, kept as a file: one program, which makes it, mounts it and goes away. */
export async function makeNetns(host: Pick<Host, 'run'>, path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o755 });
  await writeFile(path, '', { mode: 0o600 });
  await host.run('unshare', [`--net=${path}`, 'ip', 'link', 'set', 'lo', 'up']);
}

/** Success when there is none. Processes in the namespace keep it, without its name. */
export async function removeNetns(host: Pick<Host, 'unmount'>, path: string): Promise<void> {
  if (await isNetns(path)) await host.unmount(path);
  await rm(path, { force: true });
}
