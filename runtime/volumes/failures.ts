/** The named crossing from errno to RuntimeError. */
import { RuntimeError, type RuntimeErrorCode } from '../errors.ts';

interface FileError extends Error {
  readonly code: string;
  readonly path?: string;
  readonly dest?: string;
  readonly syscall?: string;
}

const meanings: Readonly<Record<string, readonly [RuntimeErrorCode, string]>> = {
  ENOSPC: ['ResourceExhausted', 'no space left on the file system; free some, it goes on by itself'],
  EDQUOT: ['ResourceExhausted', 'the disk quota is used up; free some space, it goes on by itself'],
  EMFILE: ['ResourceExhausted', 'too many open files'],
  ENFILE: ['ResourceExhausted', 'too many open files on this machine'],
  ENOMEM: ['ResourceExhausted', 'no memory'],
  EACCES: ['FailedPrecondition', 'permission denied to the daemon'],
  EPERM: ['FailedPrecondition', 'operation not permitted to the daemon'],
  EROFS: ['FailedPrecondition', 'the file system is read-only'],
  EBUSY: ['FailedPrecondition', 'in use: something is mounted there'],
  ENOTDIR: ['FailedPrecondition', 'a part of the path is not a directory'],
  EISDIR: ['FailedPrecondition', 'there is a directory'],
  ELOOP: ['InvalidArgument', 'too many links, or a link where none may be'],
  ENAMETOOLONG: ['InvalidArgument', 'the path is too long'],
  ENOENT: ['NotFound', 'no such file or directory'],
  EEXIST: ['AlreadyExists', 'is there already'],
  EIO: ['Unavailable', 'input/output error of the disk'],
};

export function isErrno(error: unknown, ...codes: readonly string[]): error is FileError {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && codes.includes(error.code);
}

/** `doing` says what was tried: "volume default/db". */
export function fileFailure(doing: string, error: unknown): RuntimeError {
  if (error instanceof RuntimeError) return error;
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') {
    return new RuntimeError('Internal', `${doing}: ${String(error)}`, { cause: error });
  }
  const { code, path, syscall } = error as FileError;
  const [kind, meaning] = meanings[code] ?? ['Internal', `failed with ${code}`];
  const where = [syscall, path].filter((part) => part !== undefined).join(' ');
  return new RuntimeError(kind, `${doing}: ${where === '' ? '' : `${where}: `}${meaning} (${code})`, { cause: error });
}

/** Undefined instead of ENOENT. */
export async function unlessMissing<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return undefined;
    throw error;
  }
}
