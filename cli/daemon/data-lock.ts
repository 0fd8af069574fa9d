import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** Another daemon holds the directory. */
export class DirectoryInUseError extends Error {
  override readonly name = 'DirectoryInUseError';
}

/** The file that is locked. */
export const LOCK_FILE = 'daemon.lock';

/**
 * Takes a directory for this process alone. The lock is the kernel's, on an empty SQLite file: it ends with the process, however
 * that ends, so nothing has to be cleaned up after a crash. Throws DirectoryInUseError.
 */
export function lockDirectory(directory: string, option: string): Disposable {
  const path = join(directory, LOCK_FILE);
  const database = new DatabaseSync(path);
  try {
    // Whoever may read it could hold a shared lock on it, and keep every daemon out.
    chmodSync(path, 0o600);
    database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    if (!isBusy(error)) throw error;
    throw new DirectoryInUseError(
      `another tsmoby daemon uses ${directory}: stop it, or give this one a directory of its own with ${option}`,
      { cause: error },
    );
  }
  return { [Symbol.dispose]: () => database.close() };
}

/** SQLITE_BUSY and SQLITE_LOCKED. */
const isBusy = (error: unknown): boolean => {
  const { errcode } = error as { readonly errcode?: number };
  return errcode === 5 || errcode === 6;
};
