/** Reading and copying out of a root that openPrivateRoot opened. */
import { constants, type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path/posix';
import { RuntimeError } from '../errors.ts';
import { resolveInside } from '../resolve-inside.ts';

/** The files that exist, by the path that was asked for. Rejects with InvalidArgument when one is larger than `maxBytes`. */
export async function readFilesInside(
  root: FileHandle,
  paths: readonly string[],
  maxBytes: number,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const base = directoryOf(root);
  const files = new Map<string, Uint8Array>();
  for (const path of paths) {
    const inside = await resolveInside(base, path);
    const content = inside === undefined ? undefined : await readRegularFile(join(base, inside), path, maxBytes);
    if (content !== undefined) files.set(path, content);
  }
  return files;
}

/** A path by which this process can name the open directory. */
export function directoryOf(root: FileHandle): string {
  return `/proc/self/fd/${root.fd}`;
}

/** O_NONBLOCK: a FIFO in an image must not hang us. Undefined for what is no regular file. */
async function readRegularFile(real: string, path: string, maxBytes: number): Promise<Uint8Array | undefined> {
  await using file = await open(real, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  const stats = await file.stat();
  if (!stats.isFile()) return undefined;
  if (stats.size > maxBytes) {
    throw new RuntimeError(
      'InvalidArgument',
      `${path} has ${stats.size} bytes, more than the ${maxBytes} that are read`,
    );
  }
  return await file.readFile();
}
