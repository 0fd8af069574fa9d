import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { request, type IncomingMessage } from 'node:http';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { outputFailure } from '../session/output-failure.ts';

/**
 * An image of dockerd's own old store as an archive (what `docker save` makes), complete at `path` or not at all; then dockerd forgets it. False when it
 * has no such image. Rejects with what the socket says, or with RuntimeError when it cannot be written.
 */
export async function takeImage(
  socketPath: string,
  name: string,
  path: string,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const answer = await ask(socketPath, 'GET', `/images/${name}/get`, signal);
  if (answer.statusCode !== 200) {
    answer.resume();
    if (answer.statusCode === 404) return false;
    throw new Error(`HTTP ${answer.statusCode ?? 0} for the image`);
  }
  const temporary = join(dirname(path), `.tsmoby-${randomUUID()}`);
  try {
    await mkdir(dirname(path), { recursive: true });
    await pipeline(answer, createWriteStream(temporary, { flush: true }), signal === undefined ? {} : { signal });
    await rename(temporary, path);
    await using directory = await open(dirname(path), 'r');
    await directory.sync();
  } catch (error) {
    // Either the one who sends is gone, or the disk does not take it.
    throw answer.errored === null && signal?.aborted !== true ? outputFailure(path, error) : error;
  } finally {
    await rm(temporary, { force: true });
    await forget(socketPath, name);
  }
  return true;
}

/** Its steps stay in the cache. Where it fails the image stays until somebody prunes. */
async function forget(socketPath: string, name: string): Promise<void> {
  const answer = await ask(socketPath, 'DELETE', `/images/${name}?force=1`, undefined).catch(() => undefined);
  answer?.resume();
}

function ask(
  socketPath: string,
  method: string,
  path: string,
  signal: AbortSignal | undefined,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const asking = request(
      { socketPath, method, path, agent: false, ...(signal === undefined ? {} : { signal }) },
      resolve,
    );
    asking.on('error', reject);
    asking.end();
  });
}
