/** How much of what clients send may be in memory at once. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { failure, StatusError } from '../status-error.ts';
import { MAX_BODY_BYTES } from './read-body.ts';

/** Bodies up to this size have a budget of their own: a few large ones, sent slowly, must not keep Leases from being renewed. */
const SMALL_BYTES = 64 * 1024;

const SMALL_BUDGET = 32 * 1024 * 1024;
/** Eight of the largest: a body of 3 MiB becomes ten times as much while it is an object. */
const LARGE_BUDGET = 8 * MAX_BODY_BYTES;

/** How much more YAML takes than JSON while it is read, in a thread of its own: large ones come one or two at a time. */
const YAML_WEIGHT = 16;

/** Requests that may wait for their turn; more are told to come again. */
const MOST_WAITING = 4000;

export interface BodyBudget {
  /**
   * Resolves when the request's body may be read, and counts it until the request is answered. Until then nothing is read,
   * so that the client's own socket holds it up. Throws TooManyRequests when too many wait.
   */
  admit(request: IncomingMessage, response: ServerResponse): Promise<void>;
}

export function createBodyBudget(): BodyBudget {
  const small = new Pool(SMALL_BUDGET);
  const large = new Pool(LARGE_BUDGET);
  return {
    async admit(request, response) {
      const bytes = sizeOf(request);
      const pool = bytes <= SMALL_BYTES ? small : large;
      const taken = pool.take(bytes, response);
      if (taken !== undefined) await taken;
      if (response.closed) pool.give(bytes);
      else response.once('close', () => pool.give(bytes));
    },
  };
}

/** A body without a length may become the largest. */
function sizeOf({ headers }: IncomingMessage): number {
  const length = Number(headers['content-length'] ?? (headers['transfer-encoding'] === undefined ? 0 : MAX_BODY_BYTES));
  const isYaml = headers['content-type']?.includes('yaml') ?? false;
  const weight = isYaml && length > SMALL_BYTES ? YAML_WEIGHT : 1;
  return Math.min(length * weight, LARGE_BUDGET);
}

interface Waiting {
  readonly bytes: number;
  readonly go: () => void;
}

class Pool {
  #left: number;
  readonly #queue = new Set<Waiting>();

  constructor(bytes: number) {
    this.#left = bytes;
  }

  /** undefined: taken at once. Resolves too, with the bytes counted, when the client goes away while it waits. */
  take(bytes: number, response: ServerResponse): Promise<void> | undefined {
    if (this.#queue.size === 0 && bytes <= this.#left) {
      this.#left -= bytes;
      return undefined;
    }
    if (this.#queue.size >= MOST_WAITING) throw tooManyRequests();
    return new Promise((resolve) => {
      const waiting = {
        bytes,
        go: () => {
          response.off('close', leave);
          this.#queue.delete(waiting);
          this.#left -= bytes;
          resolve();
        },
      };
      const leave = (): void => waiting.go();
      this.#queue.add(waiting);
      response.once('close', leave);
    });
  }

  give(bytes: number): void {
    this.#left += bytes;
    for (const next of this.#queue) {
      if (next.bytes > this.#left) return;
      next.go();
    }
  }
}

const tooManyRequests = (): StatusError =>
  new StatusError(
    failure(429, 'TooManyRequests', 'too many requests are waiting to send their bodies: try again later', {
      retryAfterSeconds: 1,
    }),
  );
