import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { request, type IncomingMessage } from 'node:http';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { outputFailure } from '../session/output-failure.ts';
import { CONNECT_DEADLINE } from './dial.ts';

/**
 * An image of dockerd's own old store as an archive (what `docker save` makes), complete at `path` or not at all; then dockerd forgets it. False when it
 * has no such image. Rejects with what the socket says, or with RuntimeError when it cannot be written. `patience`: milliseconds that it may take to
 * forget.
 */
export async function takeImage(
  socketPath: string,
  name: string,
  path: string,
  signal: AbortSignal | undefined,
  patience = CONNECT_DEADLINE,
): Promise<boolean> {
  const answer = await ask(socketPath, 'GET', `/images/${name}/get`, signal);
  if (answer.statusCode !== 200) {
    answer.destroy();
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
    await forget(socketPath, name, patience);
  }
  return true;
}

/** Its steps stay in the cache. Where it fails, or takes too long, the image stays until somebody prunes; the build is done all the same. */
async function forget(socketPath: string, name: string, patience: number): Promise<void> {
  const limit = AbortSignal.timeout(patience);
  const answer = await ask(socketPath, 'DELETE', `/images/${name}?force=1`, limit).catch(() => undefined);
  answer?.destroy();
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
      (answer) => {
        // What goes wrong later is for whoever reads it; nobody may.
        answer.on('error', () => undefined);
        resolve(answer);
      },
    );
    asking.on('error', reject);
    asking.end();
  });
}
