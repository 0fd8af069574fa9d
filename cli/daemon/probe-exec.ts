import { randomUUID } from 'node:crypto';
import { RuntimeError } from '../../runtime/errors.ts';
import type { Containers } from '../../runtime/ports/containers.ts';

/** A longer time would be over at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;
/** So much of what a probe's command prints is kept for a person. */
const OUTPUT_BYTES = 1024;

export interface CommandAnswer {
  readonly exitCode: number;
  /** The beginning of what it printed, both streams. */
  readonly output: string;
}

/**
 * Runs a command in a container and waits for its end; one that takes longer than `timeoutMs` is killed. Rejects with RuntimeError: DeadlineExceeded,
 * Cancelled, and as `Containers.exec` does.
 */
export function commandIn(containers: Pick<Containers, 'exec'>) {
  return async (
    id: string,
    command: readonly string[],
    timeoutMs: number,
    signal?: AbortSignal,
  ): Promise<CommandAnswer> => {
    const late = AbortSignal.timeout(Math.min(timeoutMs, LONGEST_TIMER_MS));
    const limit = AbortSignal.any([late, ...(signal === undefined ? [] : [signal])]);
    const stopped = (): RuntimeError =>
      late.aborted
        ? new RuntimeError('DeadlineExceeded', `the command did not end within ${timeoutMs / 1000} s`)
        : new RuntimeError('Cancelled', 'the command was stopped', { cause: limit.reason });
    const request = { execId: randomUUID(), args: command, terminal: false, stdin: false };
    await using process = await containers.exec(id, request, limit).catch((error: unknown) => {
      throw limit.aborted ? stopped() : error;
    });
    const aborted = Promise.withResolvers<never>();
    const abort = (): void => aborted.reject(stopped());
    limit.addEventListener('abort', abort, { once: true });
    if (limit.aborted) abort();
    try {
      const ended = Promise.all([beginningOf(process.stdout), beginningOf(process.stderr), process.exited]);
      // the loser of the race is nobody's
      ended.catch(() => undefined);
      const [stdout, stderr, { exitCode }] = await Promise.race([ended, aborted.promise]);
      return { exitCode, output: (stdout + stderr).slice(0, OUTPUT_BYTES) };
    } finally {
      limit.removeEventListener('abort', abort);
    }
  };
}

/** All is read, so that nothing holds the command up; what comes later than the beginning is dropped. */
async function beginningOf(stream: AsyncIterable<Uint8Array>): Promise<string> {
  const kept: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of stream) {
    if (bytes >= OUTPUT_BYTES) continue;
    kept.push(chunk);
    bytes += chunk.length;
  }
  return Buffer.concat(kept).subarray(0, OUTPUT_BYTES).toString('utf8');
}
