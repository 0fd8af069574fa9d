import { RuntimeError, type RuntimeErrorCode } from '../../errors.ts';

const meanings: Readonly<Record<string, readonly [RuntimeErrorCode, string]>> = {
  ENOSPC: ['ResourceExhausted', 'no space left on the file system'],
  EDQUOT: ['ResourceExhausted', 'the disk quota is used up'],
  EFBIG: ['ResourceExhausted', 'the file system takes no file as large as this'],
  EACCES: ['FailedPrecondition', 'permission denied to the daemon'],
  EPERM: ['FailedPrecondition', 'operation not permitted to the daemon'],
  EROFS: ['FailedPrecondition', 'the file system is read-only'],
  EISDIR: ['FailedPrecondition', 'there is a directory'],
  ENOTEMPTY: ['FailedPrecondition', 'there is a directory with something in it'],
  ENOTDIR: ['FailedPrecondition', 'a part of the path is not a directory'],
  ENOENT: ['FailedPrecondition', 'it was taken away meanwhile'],
};

/** The named crossing from errno to RuntimeError for what a build writes. */
export function outputFailure(path: string, error: unknown): RuntimeError {
  if (error instanceof RuntimeError) return error;
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  const [kind, meaning] = meanings[code ?? ''] ?? ['Internal', error instanceof Error ? error.message : String(error)];
  const place = placeOf(error);
  const where = typeof place === 'string' && place !== path ? `${place}: ` : '';
  return new RuntimeError(kind, `output ${path} cannot be written: ${where}${meaning}`, { cause: error });
}

function placeOf(error: unknown): unknown {
  if (!(error instanceof Error)) return undefined;
  if ('dest' in error) return error.dest;
  return 'path' in error ? error.path : undefined;
}
