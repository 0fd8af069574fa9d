/**
 * A second reader for every open FIFO, which never reads. A pipe and what is in it vanish when its last holder does: should logd be
 * killed just before a container ends, the bytes would be gone before the next logd could open the FIFO. The daemon's
 * descriptor keeps them. It does not hide the end of the stream, which depends on writers alone.
 */
import { constants, open, type FileHandle } from 'node:fs/promises';

export interface FifoHolder extends AsyncDisposable {
  /** Opens them unless they are held; FIFOs that are not there are left out. */
  hold(paths: readonly string[]): Promise<void>;
  release(paths: readonly string[]): Promise<void>;
}

export function createFifoHolder(): FifoHolder {
  const held = new Map<string, FileHandle>();
  const release = async (path: string): Promise<void> => {
    const handle = held.get(path);
    held.delete(path);
    await handle?.close();
  };
  const holdOne = async (path: string): Promise<void> => {
    if (held.has(path)) return;
    const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch(() => undefined);
    if (handle === undefined) return;
    if (held.has(path)) await handle.close();
    else held.set(path, handle);
  };
  return {
    hold: async (paths) => void (await Promise.all(paths.map(holdOne))),
    release: async (paths) => void (await Promise.all(paths.map(release))),
    [Symbol.asyncDispose]: async () => void (await Promise.all([...held.keys()].map(release))),
  };
}
