/** What a conversion may look at of this machine. */
import { readFileSync, statSync } from 'node:fs';
import { ComposeError, type Origin } from './node.ts';

export type FileType = 'file' | 'directory' | 'socket' | 'other';

export interface Files {
  /** Undefined: it is not there. Throws Error for what cannot be read. */
  read(path: string): Uint8Array | undefined;
  /** Undefined: it is not there. */
  typeOf(path: string): FileType | undefined;
}

export const machineFiles: Files = {
  read(path) {
    try {
      return readFileSync(path);
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  },
  typeOf(path) {
    const found = statSync(path, { throwIfNoEntry: false });
    if (found === undefined) return undefined;
    if (found.isFile()) return 'file';
    return found.isDirectory() ? 'directory' : found.isSocket() ? 'socket' : 'other';
  },
};

const isMissing = (error: unknown): boolean =>
  ['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '');

/** The content of a file that must be there. Throws ComposeError with the place that names it. */
export function readNamed(files: Files, path: string, shown: string, origin: Origin | undefined): Uint8Array {
  let bytes: Uint8Array | undefined;
  try {
    bytes = files.read(path);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why = code === 'EISDIR' ? 'it is a directory' : code === 'EACCES' ? 'permission denied' : message;
    throw new ComposeError(`the file "${shown}" cannot be read: ${why}`, origin);
  }
  if (bytes === undefined)
    throw new ComposeError(
      `the file "${shown}" is not there (looked for ${path}): make it, or correct the path`,
      origin,
    );
  return bytes;
}
