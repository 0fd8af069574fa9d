/** The directory of a daemon that takes everything away at its end: whose it is, and whether anybody is still there. */
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, readlink, rm, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DirectoryInUseError, LOCK_FILE, lockDirectory } from './data-lock.ts';
import { DirectoryError } from './directories.ts';

/** Says that all beside it is a daemon's that takes it all away at its end, and where that daemon's processes can be seen. */
const MARK = 'ephemeral';
/** Whoever starts it may have its output written there. */
const OUTPUT = 'log';

/** Held from before the mark is there until all is gone, so that nobody takes it for one that was left. Rejects with DirectoryError, DirectoryInUseError. */
export async function takeFolder(folder: string): Promise<Disposable> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const names = await readdir(folder);
  if (!names.includes(MARK) && names.some((name) => name !== OUTPUT && name !== LOCK_FILE))
    throw new DirectoryError(
      `${folder} is not empty: choose another directory with --ephemeral, which is removed at the end`,
    );
  const held = lockDirectory(folder, '--ephemeral');
  await writeFile(join(folder, MARK), await viewOfProcesses());
  return held;
}

/**
 * Takes one that a daemon left that was killed. Undefined: it is none, or somebody holds it, or it went meanwhile. Rejects with
 * DirectoryError for one whose containers may run where we cannot see them.
 */
export async function takeLeftFolder(folder: string): Promise<Disposable | undefined> {
  if (!(await isMarked(folder))) return undefined;
  try {
    const held = lockDirectory(folder, '--ephemeral');
    if (await isMarked(folder)) {
      if (await mayBeSeen(folder)) return held;
      held[Symbol.dispose]();
      throw new DirectoryError('its containers may run outside of this container: run tsmoby ci there');
    }
    held[Symbol.dispose]();
  } catch (error) {
    if (!(error instanceof DirectoryInUseError) && existsSync(folder)) throw error;
  }
  return undefined;
}

const isMarked = async (folder: string): Promise<boolean> =>
  (await readdir(folder).catch((): string[] => [])).includes(MARK);

/** The boot, and whose processes /proc shows: a directory for temporary files may be shared with other containers. */
async function viewOfProcesses(): Promise<string> {
  const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8');
  return `${boot.trim()} ${await readlink('/proc/self/ns/pid')}\n`;
}

/** Of a former boot nothing runs. */
async function mayBeSeen(folder: string): Promise<boolean> {
  const [was, is] = [await readFile(join(folder, MARK), 'utf8'), await viewOfProcesses()];
  return was === is || was.split(' ')[0] !== is.split(' ')[0];
}

/** So many may look at the same instant whether it is held. */
const LOOKERS = 5;

/** All else that was in it is taken away already. Somebody who looks whether it is held makes the lock anew. */
export async function removeFolder(folder: string): Promise<void> {
  for (const name of [MARK, OUTPUT]) await rm(join(folder, name), { force: true });
  for (let tries = 1; ; tries += 1) {
    await rm(join(folder, LOCK_FILE), { force: true });
    try {
      await rmdir(folder);
      return;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT') return;
      if (code !== 'ENOTEMPTY' || tries === LOOKERS) throw error;
    }
  }
}
