import { request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

export interface LoadReport {
  readonly answered: number;
  /** Why requests failed. */
  readonly failures: readonly string[];
  /** What was answered, each once. */
  readonly answers: ReadonlySet<string>;
}

const WORKERS = 4;
/** Each worker begins one every so often: 200 a second together. */
const PERIOD_MS = 20;
const TIMEOUT_MS = 15_000;

/** Asks again and again, on a new connection each time, until `end`. */
export function startLoad(url: string): AsyncDisposable & { readonly end: () => Promise<LoadReport> } {
  const ended = new AbortController();
  const failures: string[] = [];
  const answers = new Set<string>();
  let answered = 0;
  const work = async (): Promise<void> => {
    while (!ended.signal.aborted) {
      const begun = performance.now();
      try {
        answers.add(await askOnce(url));
        answered += 1;
      } catch (error) {
        failures.push(error instanceof Error ? error.message : String(error));
      }
      await delay(Math.max(0, PERIOD_MS - (performance.now() - begun)));
    }
  };
  const workers = Array.from({ length: WORKERS }, work);
  const end = async (): Promise<LoadReport> => {
    ended.abort();
    await Promise.all(workers);
    return { answered, failures, answers };
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
