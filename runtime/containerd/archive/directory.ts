import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { ArchiveFiles } from './files.ts';
import { readAt, streamAt } from './read-at.ts';

/** Names that an OCI layout has; nothing else in the directory is ever opened. */
const LAYOUT = /^(oci-layout|index\.json|blobs\/sha256\/[0-9a-f]{64})$/;

/** An OCI layout directory. Only regular files count, so that a FIFO or device put there does no harm. */
export function openDirectory(folder: string): ArchiveFiles {
  return {
    size: async (path) => {
      await using file = await openFile(folder, path);
      return file?.size;
    },
    read: async (path, limit) => {
      await using file = await openFile(folder, path);
      if (file === undefined) return undefined;
      return await readAt(file.handle, { offset: 0, size: file.size }, limit, join(folder, path));
    },
    stream: (path, offset) => stream(folder, path, offset),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

interface OpenFile extends AsyncDisposable {
  readonly handle: FileHandle;
  readonly size: number;
}

async function* stream(folder: string, path: string, offset: number): AsyncGenerator<Uint8Array> {
  await using file = await openFile(folder, path);
  const what = join(folder, path);
  const whole = file === undefined ? undefined : { offset: 0, size: file.size };
  yield* streamAt(file?.handle, whole, offset, what);
}

async function openFile(folder: string, path: string): Promise<OpenFile | undefined> {
  if (!LAYOUT.test(path)) return undefined;
  let handle: FileHandle;
  try {
    handle = await open(join(folder, path), constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'ENXIO', 'ELOOP'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
  const stat = await handle.stat();
  if (!stat.isFile()) {
    await handle.close();
    return undefined;
  }
  return { handle, size: stat.size, [Symbol.asyncDispose]: () => handle.close() };
}
