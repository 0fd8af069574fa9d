import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/** How long killed processes may take to be gone. */
const PATIENCE_MS = 15_000;

/**
 * Removes folders with all that uses them: processes with one of them in their command line (daemons, shims, registries), what those
 * shims run, and mounts. A folder that is still mounted into is left: removing it would reach through to what is mounted.
 */
export async function clearFolders(folders: readonly string[]): Promise<void> {
  await endUsers(folders);
  for (const folder of folders) {
    if ((await mountsBelow(folder)).length === 0) await rm(folder, { recursive: true, force: true });
  }
}

/** Kills the processes that use the folders, and takes away what is mounted below them. */
export async function endUsers(folders: readonly string[]): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    const pids = await processesNaming(folders);
    if (pids.length === 0 || performance.now() > deadline) break;
    for (const pid of pids) await killWithTasks(pid);
    await sleep(20);
  }
  for (const folder of folders) for (const point of await mountsBelow(folder)) await unmount(point);
}

/** Pids of processes that have one of the folders in their command line. */
async function processesNaming(folders: readonly string[]): Promise<readonly number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const named = await Promise.all(
    pids.map(async (pid) => {
      const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
      return folders.some((folder) => line.includes(folder));
    }),
  );
  return pids.filter((pid, index) => named[index] && pid !== process.pid);
}

/** A shim's tasks outlive it, and their command lines say nothing of where they are from. */
async function killWithTasks(pid: number): Promise<void> {
  const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  const isShim = line.split('\0')[0]?.includes('containerd-shim') ?? false;
  const tasks = isShim ? await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '') : '';
  for (const each of [...tasks.split(' ').filter(Boolean).map(Number), pid]) kill(each);
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // Gone already.
  }
}

/** Mount points below a folder, the innermost first. */
export async function mountsBelow(folder: string): Promise<readonly string[]> {
  return (await readFile('/proc/self/mountinfo', 'utf8'))
    .split('\n')
    .map((line) => line.split(' ')[4] ?? '')
    .filter((point) => point.startsWith(`${folder}/`))
    .reverse();
}

/** Detaches also what is still in use. */
export async function unmount(point: string): Promise<void> {
  await once(spawn('umount', ['-l', point], { stdio: 'ignore' }), 'exit');
}
