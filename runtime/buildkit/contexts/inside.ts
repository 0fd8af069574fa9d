/** Files of a context by name: links in it are followed as long as they stay in it, as BuildKit follows them. */
import { constants, lstat, open, realpath } from 'node:fs/promises';
import { join } from 'node:path/posix';
import { isRuntimeError, RuntimeError } from '../../errors.ts';
import { isOpenBelow, resolveInside } from '../../resolve-inside.ts';
import { isGone } from '../../file-failure.ts';
import { unreadable } from '../../files/entry.ts';
import { notFound } from './failures.ts';

/** A directory, free of links. Rejects with NotFound (ContextNotFound) when there is none, InvalidArgument when it is something else. */
export async function realDirectory(path: string): Promise<string> {
  if (!path.startsWith('/')) {
    throw new RuntimeError(
      'InvalidArgument',
      `the path of a context is absolute, which ${JSON.stringify(path)} is not`,
    );
  }
  try {
    const real = await realpath(path);
    if ((await lstat(real)).isDirectory()) return real;
  } catch (error) {
    if (isGone(error)) throw notFound(path);
    throw unreadable(path, error);
  }
  throw new RuntimeError('InvalidArgument', `${path} is no directory`, { reason: 'ContextUnreadable' });
}

/**
 * The whole of a regular file; undefined when there is none. Rejects with InvalidArgument (ContextUnreadable): it is larger than `maxBytes`,
 * or nobody may read it.
 */
export async function readInside(root: string, name: string, maxBytes: number): Promise<Uint8Array | undefined> {
  try {
    const path = await findInside(root, name);
    return path === undefined ? undefined : await readRegular(root, path, maxBytes);
  } catch (error) {
    if (isGone(error)) return undefined;
    throw unreadable(name, error);
  }
}

/** The path that `name` means when `root` is `/`, relative, without links; undefined when there is nothing. */
export async function findInside(root: string, name: string): Promise<string | undefined> {
  try {
    return await resolveInside(root, name);
  } catch (error) {
    throw isRuntimeError(error) ? unreadable(name, new Error('too many links, or a loop of them')) : error;
  }
}

/** O_NONBLOCK: a FIFO must not hang us. */
async function readRegular(root: string, path: string, maxBytes: number): Promise<Uint8Array | undefined> {
  await using file = await open(join(root, path), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  const stats = await file.stat();
  if (!stats.isFile() || !isOpenBelow(file.fd, root)) return undefined;
  if (stats.size > maxBytes) throw unreadable(path, new Error(`it has more than ${maxBytes} bytes`));
  return await file.readFile();
}
