import { Worker } from 'node:worker_threads';
import { threadEnvironment } from '../../../schemas/text/thread-environment.ts';
import type { AnswerMessage, Failure, Operation, Requests, ThreadData } from './protocol.ts';
import { StoreError } from '../store.ts';

/** Slices and batches live outside of the JavaScript heap; what is left is small. */
const RESOURCE_LIMITS = { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 2, stackSizeMb: 2 };

/** The thread died without an answer: what it was doing may or may not have happened. */
export class ThreadLostError extends Error {
  override readonly name = 'ThreadLostError';
}

interface Waiting {
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** One store thread as typed asynchronous calls. It keeps the process alive only while a call is under way. */
export class DatabaseThread implements AsyncDisposable {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  readonly #exited: Promise<void>;
  #nextId = 0;
  #lost: Error | undefined;

  constructor(url: URL, data: ThreadData) {
    this.#worker = new Worker(url, {
      workerData: data,
      name: `store ${data.role}`,
      resourceLimits: RESOURCE_LIMITS,
      env: threadEnvironment(),
      execArgv: [],
    });
    this.#worker.unref();
    this.#exited = new Promise((resolve) => this.#worker.once('exit', () => resolve()));
    this.#worker.on('message', (message: AnswerMessage) => this.#receive(message));
    this.#worker.on('error', (cause) =>
      this.#lose(new ThreadLostError(`the store's ${data.role} thread failed`, { cause })),
    );
    this.#worker.on('exit', () => this.#lose(new ThreadLostError(`the store's ${data.role} thread ended`)));
  }

  /** Rejects with StoreError, or with ThreadLostError when there was no answer. */
  call<O extends Operation>(
    operation: O,
    ask: Requests[O]['ask'],
    transfer: ArrayBuffer[] = [],
  ): Promise<Requests[O]['answer']> {
    if (this.#lost) return Promise.reject(this.#lost);
    const id = this.#nextId++;
    if (this.#waiting.size === 0) this.#worker.ref();
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve: resolve as (answer: unknown) => void, reject });
      this.#worker.postMessage({ id, operation, ask }, transfer);
    });
  }

  /** Closes the database after the calls before; a thread that cannot is ended all the same. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#lost) {
      await this.call('close', {}).catch(() => this.#worker.terminate());
      this.#worker.ref();
    }
    await this.#exited;
  }

  #receive(message: AnswerMessage): void {
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if (this.#waiting.size === 0) this.#worker.unref();
    if ('failure' in message) waiting?.reject(toStoreError(message.failure));
    else waiting?.resolve(message.answer);
  }

  #lose(error: Error): void {
    this.#lost ??= error;
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}

function toStoreError({ code, message }: Failure): StoreError {
  return new StoreError(code, message);
}
