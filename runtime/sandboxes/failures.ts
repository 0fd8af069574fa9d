import { RuntimeError } from '../errors.ts';

/** The named crossing from errno to RuntimeError; what these few small files can meet. */
export function fileFailure(id: string, error: unknown): RuntimeError {
  if (error instanceof RuntimeError) return error;
  const { code = '', path = '' } = (error instanceof Error ? error : {}) as { code?: string; path?: string };
  const message = `sandbox ${id}: ${path === '' ? String(error) : path}`;
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
    case 'EMFILE':
    case 'ENFILE':
      return new RuntimeError(
        'ResourceExhausted',
        `${message}: no space left (${code}); free some, it goes on by itself`,
        {
          cause: error,
        },
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
