/** What jobs leave that were killed together with the daemons that they had started: nobody else is left to take it away. */
import { lstat, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { note, type Io } from '../io.ts';

/** Begins the names of the directories of jobs' own daemons, in the directory for temporary files. */
export const FOLDER_PREFIX = 'tsmoby-ci-';
const NAME = new RegExp(`^${FOLDER_PREFIX}[A-Za-z0-9]{6}$`);

/**
 * Takes away what nobody holds any more, and tells so; what cannot be taken away is told, and keeps no job back. Rejects with the
 * signal's reason, between two of them.
 */
export async function sweepLeftJobs(io: Io, signal: AbortSignal): Promise<void> {
  const names = (await readdir(tmpdir()).catch((): string[] => [])).filter((name) => NAME.test(name));
  const folders = await Promise.all(names.map((name) => join(tmpdir(), name)).map((path) => isOurs(path, io.uid)));
  for (const folder of folders) {
    signal.throwIfAborted();
    if (folder !== undefined) await sweep(folder, io);
  }
}

async function sweep(folder: string, io: Io): Promise<void> {
  const begun = io.now();
  try {
    const { takeAwayLeft } = await import('../daemon/take-away-left.ts');
    const left = await takeAwayLeft(folder, { ...io.env }, () =>
      note(io, `tsmoby ci: taking away what a job left in ${folder} that was killed with its daemon`),
    );
    if (left) note(io, `tsmoby ci: it is gone after ${((io.now() - begun) / 1000).toFixed(1)} s`);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    note(io, `tsmoby ci: a job left ${folder}, which cannot be taken away now: ${why}`);
  }
}

/** A directory that this user alone can have made: nobody else can put anything into it, or lead us elsewhere by its name. */
async function isOurs(path: string, uid: number): Promise<string | undefined> {
  const found = await lstat(path).catch(() => undefined);
  return found?.isDirectory() === true && found.uid === uid && (found.mode & 0o077) === 0 ? path : undefined;
}
