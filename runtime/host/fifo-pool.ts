/**
 * FIFOs in advance. Node cannot make one, and starting mkfifo(1) costs milliseconds in the middle of a container's start:
 * so one call makes many in a spare directory, and handing one out is a link and an unlink. What a crash leaves in the spare
 * directory is used by the next daemon.
 */
import { link, lstat, mkdir, readdir, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { RuntimeError } from '../errors.ts';

export interface FifoPoolOptions {
  /** On the file system where the FIFOs are needed; made with mode 0700. */
  readonly directory: string;
  /** Makes FIFOs with mode 0600 at these paths, in one program call. */
  readonly mkfifo: (paths: readonly string[]) => Promise<void>;
  /** Unlike any other that is in use in this directory. */
  readonly uniqueName: () => string;
  /** How many one call makes; default 256: enough for a hundred containers that come at once. */
  readonly batch?: number;
}

export interface FifoPool {
  /** Makes sure that each path is a FIFO. Rejects with FailedPrecondition when something else is there. */
  provide(paths: readonly string[]): Promise<void>;
  /** Makes spares, so that the first `provide` is quick too. */
  warm(): Promise<void>;
}

export function createFifoPool({ directory, mkfifo, uniqueName, batch = 256 }: FifoPoolOptions): FifoPool {
  const spares: string[] = [];
  let adoption: Promise<void> | undefined;
  let refill: Promise<void> | undefined;

  const adopt = async (): Promise<void> => {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    for (const name of await readdir(directory)) {
      const path = join(directory, name);
      const stats = await lstat(path);
      if (!stats.isFIFO()) continue;
      // A second link means that a crash came between link and unlink: it is in use elsewhere.
      if (stats.nlink === 1) spares.push(path);
      else await unlink(path);
    }
  };
  const adoptOnce = (): Promise<void> => {
    adoption ??= adopt().catch((error: unknown) => {
      adoption = undefined;
      throw error;
    });
    return adoption;
  };

  const refillNow = async (): Promise<void> => {
    const base = uniqueName();
    const paths = Array.from({ length: batch }, (_, index) => join(directory, `${base}-${index}`));
    await mkfifo(paths);
    spares.push(...paths);
  };
  const startRefill = (): Promise<void> => {
    refill ??= refillNow().finally(() => {
      refill = undefined;
    });
    return refill;
  };

  const take = async (): Promise<string> => {
    for (let spare = spares.pop(); ; spare = spares.pop()) {
      if (spares.length < batch / 4) startRefill().catch(() => undefined);
      if (spare !== undefined) return spare;
      await startRefill();
    }
  };

  // Hopes for the best: a run's FIFOs are almost always new, and each look beforehand would cost a turn of the thread pool.
  const provideOne = async (path: string): Promise<void> => {
    const spare = await take();
    const refusal = await linkTo(spare, path);
    if (refusal === undefined) return await unlink(spare);
    if (refusal.code === 'ENOENT') {
      // No directory yet, or the spare is gone (somebody cleaned up): the next one, or a new batch, will do.
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      if (await isFifo(spare)) spares.push(spare);
      return await provideOne(path);
    }
    spares.push(spare);
    if (refusal.code === 'EXDEV') return await mkfifo([path]);
    if (refusal.code !== 'EEXIST' || !(await isFifo(path))) throw refusal;
  };

  return {
    async provide(paths) {
      await adoptOnce();
      await Promise.all(paths.map(provideOne));
    },
    async warm() {
      await adoptOnce();
      if (spares.length < batch / 4) await startRefill();
    },
  };
}

/** Never replaces what is there, as a rename would: a second caller must not pull the FIFO from under the first. */
async function linkTo(spare: string, path: string): Promise<NodeJS.ErrnoException | undefined> {
  try {
    await link(spare, path);
    return undefined;
  } catch (error) {
    return error as NodeJS.ErrnoException;
  }
}

async function isFifo(path: string): Promise<boolean> {
  try {
    if ((await lstat(path)).isFIFO()) return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
  throw new RuntimeError('FailedPrecondition', `${path} is in the way: it is not a FIFO; remove it`);
}
