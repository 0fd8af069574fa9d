/** Cgroups of steps whose builder is gone: nobody else ends what runs in them. */
import { readdir, readFile, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { RuntimeError } from '../../errors.ts';

const deadlineMs = 10_000;

/** Kills all that is below the cgroup, in every hierarchy, and takes the empty directories away. Rejects with DeadlineExceeded. */
export async function endCgroup(root: string, path: string): Promise<void> {
  const until = performance.now() + deadlineMs;
  for (let pause = 2; ; pause = Math.min(pause * 2, 50)) {
    const trees = await treesOf(root, path);
    if (trees.length === 0) return;
    for (const directory of trees) for (const pid of await processesIn(directory)) kill(pid);
    // the innermost first: what still holds a process refuses
    for (const directory of trees.toReversed()) await rmdir(directory).catch(() => undefined);
    if (performance.now() > until) throw new RuntimeError('DeadlineExceeded', `processes in cgroup ${path} do not end`);
    await delay(pause);
  }
}

/** v1: a hierarchy for each controller below the root, named ones and `unified` included; v2: the root itself. */
async function treesOf(root: string, path: string): Promise<readonly string[]> {
  const names = await readdir(root).catch((): string[] => []);
  const trees = await Promise.all(
    [root, ...names.map((name) => join(root, name))].map((one) => treeOf(join(one, path))),
  );
  return trees.flat();
}

/** A directory and those below it, the outermost first. */
async function treeOf(path: string): Promise<readonly string[]> {
  const entries = await readdir(path, { withFileTypes: true }).catch(() => undefined);
  if (entries === undefined) return [];
  const below = entries.filter((entry) => entry.isDirectory()).map((entry) => treeOf(join(path, entry.name)));
  return [path, ...(await Promise.all(below)).flat()];
}

async function processesIn(path: string): Promise<readonly number[]> {
  const text = await readFile(join(path, 'cgroup.procs'), 'utf8').catch(() => '');
  return text.split('\n').filter(Boolean).map(Number);
}

function kill(pid: number): void {
  try {
    // 0 is somebody of another pid namespace
    if (pid > 0) process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
