import { access, chmod, constants, mkdir } from 'node:fs/promises';

/** A directory that the daemon was given cannot be used. */
export class DirectoryError extends Error {
  override readonly name = 'DirectoryError';
}

/**
 * Makes a directory of the daemon's and checks that it can write there. Throws DirectoryError that says which option to change.
 * `mode` is set on what exists as well: nobody else may look into it.
 */
export async function prepareDirectory(path: string, mode: number, option: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true, mode });
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

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'it belongs to somebody else',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  ENOTDIR: 'it, or something above it, is not a directory',
  EEXIST: 'it is not a directory',
};
