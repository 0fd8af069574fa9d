import type { Failure } from './protocol.ts';

/** Thrown inside the threads; its parts cross to the main thread. */
export class ThreadFailure extends Error {
  override readonly name = 'ThreadFailure';
  readonly code: Failure['code'];
  constructor(code: Failure['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** SQLite's primary result codes (https://www.sqlite.org/rescode.html) that a person can do something about. */
const ADVICE: Readonly<Record<number, string>> = {
  5: 'another program holds a lock on the database: stop it',
  8: 'the file or its file system is read-only: make it writable',
  10: 'the disk reports an error: look at the kernel log; writes work again as soon as the disk does',
  11: 'the file is damaged: restore the data directory from a backup, or move the file away to start empty',
  13: 'no space is left on its file system: free some; writes work again at once, without a restart',
  14: 'the file cannot be opened: check that its directory exists and belongs to this user',
  26: 'the file is not a database: point the store elsewhere, or move the file away to start empty',
};

/** The one crossing from what SQLite and the file system throw. */
export function toFailure(path: string, action: string, error: unknown): ThreadFailure {
  if (error instanceof ThreadFailure) return error;
  const text = error instanceof Error ? error.message : String(error);
  const advice = ADVICE[resultCode(error) & 0xff];
  return new ThreadFailure('Unavailable', `store ${path}: cannot ${action}: ${text}${advice ? `; ${advice}` : ''}`, {
    cause: error,
  });
}

/** The extended result code that node:sqlite puts on its errors; 0 for others. */
function resultCode(error: unknown): number {
  const code = error instanceof Error && 'errcode' in error ? error.errcode : 0;
  return typeof code === 'number' ? code : 0;
}
