import { RuntimeError } from '../errors.ts';

function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/** The named crossing from errno to RuntimeError; what these few small files can meet. `doing`: "sandbox a.1". */
export function fileFailure(doing: string, error: unknown): RuntimeError {
  if (error instanceof RuntimeError) return error;
  const { path = '' } = (error instanceof Error ? error : {}) as { path?: string };
  const code = errorCode(error);
  const message = `${doing}: ${path === '' ? String(error) : path}`;
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
    case 'EMFILE':
    case 'ENFILE':
      return new RuntimeError(
        'ResourceExhausted',
        `${message}: no space left (${code}); free some, it goes on by itself`,
        { cause: error },
      );
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
    case 'ENOTDIR':
    case 'EISDIR':
      return new RuntimeError('FailedPrecondition', `${message}: the daemon cannot write there (${code})`, {
        cause: error,
      });
    default:
      return new RuntimeError('Internal', `${message}: ${code === '' ? 'failed' : code}`, { cause: error });
  }
}

/** Undefined instead of ENOENT. */
export async function unlessMissing<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}
