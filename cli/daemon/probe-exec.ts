import { randomUUID } from 'node:crypto';
import type { Containers } from '../../runtime/ports/containers.ts';

/** So much of what a probe's command prints is kept for a person. */
const OUTPUT_BYTES = 1024;

export interface CommandAnswer {
  readonly exitCode: number;
  /** The beginning of what it printed, both streams. */
  readonly output: string;
}

/**
 * Runs a command in a container and waits for its end; a command that takes longer than `timeoutMs` is killed. Rejects: DeadlineExceeded by way of the
 * signal's reason, and as `Containers.exec` does.
 */
export function commandIn(containers: Pick<Containers, 'exec'>) {
  return async (
    id: string,
    command: readonly string[],
    timeoutMs: number,
    signal?: AbortSignal,
  ): Promise<CommandAnswer> => {
    const limit = AbortSignal.any([AbortSignal.timeout(timeoutMs), ...(signal === undefined ? [] : [signal])]);
    const request = { execId: randomUUID(), args: command, terminal: false, stdin: false };
    await using process = await containers.exec(id, request, limit);
    const aborted = Promise.withResolvers<never>();
    const abort = (): void => aborted.reject(limit.reason as Error);
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
