import type { Writable } from 'node:stream';

/**
 * What resolves when a stream takes more, at once when it does, or when it is over. All who ask wait together: the stream has two
 * listeners more then, and none later.
 */
export function drainOf(stream: Writable): () => Promise<void> {
  let room: Promise<void> | undefined;
  return async () => {
    if (!stream.writableNeedDrain || stream.destroyed) return;
    room ??= nextDrain(stream).finally(() => (room = undefined));
    await room;
  };
}

async function nextDrain(stream: Writable): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const done = (): void => resolve();
  stream.once('drain', done).once('close', done);
  await promise;
  stream.off('drain', done).off('close', done);
}
