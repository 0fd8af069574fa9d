/** The named crossing from errno to RuntimeError, for adapters that read and write files. */
import { readdir } from 'node:fs/promises';
import { RuntimeError, type RuntimeErrorCode } from './errors.ts';

const meanings: Readonly<Record<string, readonly [RuntimeErrorCode, string]>> = {
  ENOSPC: ['ResourceExhausted', 'no space left on the file system; free some, it goes on by itself'],
  EDQUOT: ['ResourceExhausted', 'the disk quota is used up; free some space, it goes on by itself'],
  EMFILE: ['ResourceExhausted', 'too many open files'],
  ENFILE: ['ResourceExhausted', 'too many open files on this machine'],
  ENOMEM: ['ResourceExhausted', 'no memory'],
  EACCES: ['InvalidArgument', 'permission denied to the daemon'],
  EPERM: ['InvalidArgument', 'operation not permitted to the daemon'],
  ELOOP: ['InvalidArgument', 'too many links, or a loop of them'],
  ENAMETOOLONG: ['InvalidArgument', 'the path is too long'],
  EIO: ['Unavailable', 'input/output error of the disk'],
};

/** The code of an error of the operating system; undefined for any other. */
export function errnoOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** It, or a directory above it, is not there, or is no directory any more. */
export function isGone(error: unknown): boolean {
  const code = errnoOf(error);
  return code === 'ENOENT' || code === 'ENOTDIR';
}

/** What a directory holds; nothing where there is none. */
export async function namesIn(directory: string): Promise<readonly string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return [];
    throw error;
  }
}

/** `doing` says what was tried: "the files of the context". */
export function fileFailure(doing: string, error: unknown): RuntimeError {
  if (error instanceof RuntimeError) return error;
  const code = errnoOf(error);
  if (code === undefined) return new RuntimeError('Internal', `${doing}: ${String(error)}`, { cause: error });
  const [kind, meaning] = meanings[code] ?? ['Internal', `failed with ${code}`];
  return new RuntimeError(kind, `${doing}: ${meaning} (${code})`, { cause: error });
}

/** What an error of the operating system means, in words. */
export function meaningOf(error: unknown): string {
  const code = errnoOf(error);
  const text = error instanceof Error ? error.message : String(error);
  return (code === undefined ? undefined : meanings[code]?.[1]) ?? text;
}

export function throwIfAborted(signal: AbortSignal | undefined, what: string): void {
  if (signal?.aborted !== true) return;
  throw new RuntimeError('Cancelled', `${what} was stopped`, { cause: signal.reason });
}
