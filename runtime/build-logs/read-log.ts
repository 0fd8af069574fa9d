import { open } from 'node:fs/promises';
import { parseProgressLine } from '../../schemas/values/build-progress/json.ts';
import type { BuildLogEntry } from '../ports/build-logs.ts';
import { LineSplitter } from './line-splitter.ts';
import type { LiveLog } from './live-log.ts';

const CHUNK = 64 * 1024;

/**
 * The entries of a file, and with `follow` what comes until its writer closes it. A file that nobody writes ends where it ends: half a line that a crash
 * left there is not read. Rejects with the errno of the file system.
 */
export async function* readLog(
  path: string,
  live: LiveLog | undefined,
  { follow, signal }: { readonly follow: boolean; readonly signal?: AbortSignal },
): AsyncGenerator<BuildLogEntry> {
  if (!follow) await live?.settled();
  await using file = await open(path, 'r');
  const lines = new LineSplitter();
  const buffer = Buffer.allocUnsafe(CHUNK);
  let position = 0;
  for (;;) {
    if (signal?.aborted === true) return;
    const change = live?.changed;
    const ended = !follow || live === undefined || live.ended;
    const limit = live?.written ?? Number.POSITIVE_INFINITY;
    const wanted = Math.min(CHUNK, limit - position);
    const { bytesRead } = wanted > 0 ? await file.read(buffer, 0, wanted, position) : { bytesRead: 0 };
    position += bytesRead;
    for (const line of lines.push(buffer.subarray(0, bytesRead))) {
      const entry = parseProgressLine(line);
      if (entry !== undefined) yield entry;
    }
    if (bytesRead > 0) continue;
    if (ended) return;
    await firstOf(change, signal);
  }
}

/** Resolves with the first of the two, and leaves nothing at the signal. */
async function firstOf(change: Promise<void> | undefined, signal: AbortSignal | undefined): Promise<void> {
  // While the file was read: nobody is told of that any more.
  if (signal?.aborted === true) return;
  const { promise, resolve: wake } = Promise.withResolvers<void>();
  const onAbort = (): void => wake();
  signal?.addEventListener('abort', onAbort);
  change?.then(wake, wake);
  await promise;
  signal?.removeEventListener('abort', onAbort);
}
