import { Worker } from 'node:worker_threads';
import { RuntimeError } from '../../../errors.ts';
import type { HashedFile } from './hash-file.ts';
import type { HashAnswer, HashProblem, HashQuestion } from './hash-worker.ts';

/** Hashes in order: undefined for what is not there, an error for what cannot be read. */
export type Hashes = readonly (HashedFile | Error | undefined)[];

export interface HashThread extends Disposable {
  /** Rejects with Cancelled when the signal aborts, with Internal when the thread is lost. */
  hash(paths: readonly string[], now: number, signal?: AbortSignal): Promise<Hashes>;
}

interface Waiting {
  readonly resolve: (hashes: Hashes) => void;
  readonly reject: (error: Error) => void;
}

/**
 * One thread for all who hash at the time; the last one who goes ends it. It is made with the first question, so that taking it costs nothing
 * where there is nothing to hash.
 */
export class HashThreads {
  #users = 0;
  #thread: Thread | undefined;

  take(): HashThread {
    this.#users++;
    let isOpen = true;
    return {
      hash: (paths, now, signal) => {
        if (this.#thread?.isLost !== false) this.#thread = new Thread();
        return this.#thread.hash(paths, now, signal);
      },
      [Symbol.dispose]: () => {
        if (!isOpen) return;
        isOpen = false;
        if (--this.#users > 0) return;
        this.#thread?.end();
        this.#thread = undefined;
      },
    };
  }
}

class Thread {
  readonly #waiting = new Map<number, Waiting>();
  readonly #worker: Worker;
  #lastId = 0;
  isLost = false;

  constructor() {
    this.#worker = new Worker(new URL('./hash-worker.ts', import.meta.url), { name: 'hash', env: {}, execArgv: [] });
    this.#worker.on('message', ({ id, files }: HashAnswer) => {
      this.#waiting.get(id)?.resolve(files.map(fromThread));
      this.#waiting.delete(id);
      if (this.#waiting.size === 0) this.#worker.unref();
    });
    this.#worker.on('error', (cause) => this.#lose(cause));
    this.#worker.on('exit', () => this.#lose(undefined));
  }

  hash(paths: readonly string[], now: number, signal: AbortSignal | undefined): Promise<Hashes> {
    const { promise, resolve, reject } = Promise.withResolvers<Hashes>();
    const cancelled = new Int32Array(new SharedArrayBuffer(4));
    const id = ++this.#lastId;
    const onAbort = (): void => {
      Atomics.store(cancelled, 0, 1);
      reject(new RuntimeError('Cancelled', 'hashing was stopped', { cause: signal?.reason }));
    };
    const settle = (): void => signal?.removeEventListener('abort', onAbort);
    this.#waiting.set(id, { resolve, reject });
    this.#worker.ref();
    if (signal?.aborted === true) onAbort();
    else signal?.addEventListener('abort', onAbort, { once: true });
    this.#worker.postMessage({ id, paths, now, cancelled } satisfies HashQuestion, []);
    return promise.finally(settle);
  }

  end(): void {
    this.isLost = true;
    void this.#worker.terminate();
  }

  #lose(cause: unknown): void {
    this.isLost = true;
    for (const { reject } of this.#waiting.values()) {
      reject(new RuntimeError('Internal', 'the thread that hashes files ended', { cause }));
    }
    this.#waiting.clear();
  }
}

function fromThread(file: HashedFile | HashProblem | null): HashedFile | Error | undefined {
  if (file === null) return undefined;
  return 'hash' in file ? file : Object.assign(new Error(file.message), { code: file.code });
}
