import { request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

export interface LoadReport {
  readonly answered: number;
  /** For how long it was asked. */
  readonly seconds: number;
  /** Why requests failed. */
  readonly failures: readonly string[];
  /** What was answered, each once. */
  readonly answers: ReadonlySet<string>;
  /** Milliseconds that each answer took, in the order in which they came. */
  readonly times: readonly number[];
  /** The longest time in which nothing was answered, milliseconds. */
  readonly silence: number;
}

export interface LoadOptions {
  /** What is asked each second, as long as no more than `maxOpen` answers are waited for. Default 200. */
  readonly rate?: number;
  /** Default: what busybox' httpd can take. */
  readonly maxOpen?: number;
}

const RATE = 200;
/** One less than busybox' httpd keeps in its queue: a connection more would be dropped by the kernel, and tried again a second later. */
const MAX_OPEN = 8;
const TIMEOUT_MS = 60_000;

/** Asks so many times a second, on a new connection each time, until `end`. */
export function startLoad(
  url: string,
  { rate = RATE, maxOpen = MAX_OPEN }: LoadOptions = {},
): AsyncDisposable & { readonly end: () => Promise<LoadReport> } {
  const ended = new AbortController();
  const failures: string[] = [];
  const answers = new Set<string>();
  const open = new Set<Promise<void>>();
  const times: number[] = [];
  const begun = performance.now();
  let last = begun;
  let silence = 0;
  let asked = 0;
  let seconds = 0;
  const ask = async (): Promise<void> => {
    const start = performance.now();
    try {
      answers.add(await askOnce(url));
      const now = performance.now();
      times.push(now - start);
      silence = Math.max(silence, now - last);
      last = now;
    } catch (error) {
      failures.push(error instanceof Error ? error.message : String(error));
    }
  };
  const keepAsking = async (): Promise<void> => {
    while (!ended.signal.aborted) {
      const due = ((performance.now() - begun) / 1000) * rate;
      for (; asked < due && open.size < maxOpen; asked += 1) {
        const asking: Promise<void> = ask().finally(() => open.delete(asking));
        open.add(asking);
      }
      await delay(5);
    }
    seconds = (performance.now() - begun) / 1000;
    await Promise.all(open);
  };
  const running = keepAsking();
  const end = async (): Promise<LoadReport> => {
    ended.abort();
    await running;
    return { answered: times.length, seconds, failures, answers, times, silence };
  };
  return {
    end,
    async [Symbol.asyncDispose]() {
      await end();
    },
  };
}

/** One request on a connection of its own; rejects for anything but a whole answer with 200. */
export async function askOnce(url: string, timeoutMs = TIMEOUT_MS): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const asking = request(url, { agent: false, signal: AbortSignal.timeout(timeoutMs) }, (response) => {
    const parts: Buffer[] = [];
    response.on('data', (part: Buffer) => parts.push(part));
    response.on('error', reject);
    response.on('close', () => {
      if (!response.complete) reject(new Error('the answer was cut off'));
      else if (response.statusCode !== 200) reject(new Error(`status ${response.statusCode}`));
      else resolve(Buffer.concat(parts).toString().trim());
    });
  });
  asking.on('error', reject);
  asking.end();
  return await promise;
}
