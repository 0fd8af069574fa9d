import { access, chmod, constants, mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/** A directory that the daemon was given cannot be used. */
export class DirectoryError extends Error {
  override readonly name = 'DirectoryError';
}

/**
 * Makes a directory of the daemon's and checks that it can write there. Throws DirectoryError that says which option to change.
 * `mode` is set on what exists as well: nobody else may look into it. What belongs to another user is refused, root's or not: whoever
 * owns a directory can exchange all that is in it.
 */
export async function prepareDirectory(path: string, mode: number, option: string): Promise<void> {
  try {
    await makeDirectory(path, mode);
    await requireOwner(path);
    await access(path, constants.R_OK | constants.W_OK | constants.X_OK);
    await chmod(path, mode);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new DirectoryError(
      `${path} cannot be used: ${REASONS[code ?? ''] ?? message}; choose another one with ${option}`,
      {
        cause: error,
      },
    );
  }
}

/**
 * Makes a directory and what is missing above it. Not `recursive`: where the parent exists and mkdir(2) still says ENOENT, as in
 * /proc, Node asks again for ever (seen with 24.21).
 */
async function makeDirectory(path: string, mode: number): Promise<void> {
  try {
    await mkdir(path, { mode });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' && (await stat(path)).isDirectory()) return;
    if (code !== 'ENOENT' || (await exists(dirname(path)))) throw error;
    await makeDirectory(dirname(path), mode);
    await makeDirectory(path, mode);
  }
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

async function requireOwner(path: string): Promise<void> {
  const { uid } = await stat(path);
  if (uid === process.geteuid?.()) return;
  throw Object.assign(new Error(`it belongs to user ${String(uid)}`), { code: 'EPERM' });
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'it belongs to somebody else',
  ENOENT: 'nothing can be made there',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  ENOTDIR: 'it, or something above it, is not a directory',
  EEXIST: 'it is not a directory',
};
