/** Hashes files beside the event loop, one question after the other. */
import { parentPort } from 'node:worker_threads';
import { hashFile, type HashedFile } from './hash-file.ts';

export interface HashQuestion {
  readonly id: number;
  /** Absolute paths. */
  readonly paths: readonly string[];
  readonly now: number;
  /** One number; not 0: nobody wants the answer any more. */
  readonly cancelled: Int32Array<SharedArrayBuffer>;
}

/** In the order of the paths; null: not there. */
export interface HashAnswer {
  readonly id: number;
  readonly files: readonly (HashedFile | HashProblem | null)[];
}

export interface HashProblem {
  readonly code: string;
  readonly message: string;
}

const buffer = new Uint8Array(256 * 1024);

function answer({ id, paths, now, cancelled }: HashQuestion): HashAnswer {
  const isCancelled = (): boolean => Atomics.load(cancelled, 0) !== 0;
  const files = paths.map((path) => {
    try {
      return isCancelled() ? null : (hashFile(path, { now, buffer, isCancelled }) ?? null);
    } catch (error) {
      const { code = 'EIO', message } = error as NodeJS.ErrnoException;
      return { code, message };
    }
  });
  return { id, files };
}

parentPort?.on('message', (question: HashQuestion) => parentPort?.postMessage(answer(question), []));
