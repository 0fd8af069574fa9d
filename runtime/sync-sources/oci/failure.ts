import { isRuntimeError, RuntimeError } from '../../errors.ts';

/** The named crossing from the Registry port's failures to a source's. */
export function sourceFailure(error: unknown): unknown {
  if (!isRuntimeError(error)) return error;
  switch (error.code) {
    case 'NotFound':
      return new RuntimeError('NotFound', error.message, { cause: error, reason: 'RefNotFound' });
    case 'Unavailable':
    case 'DeadlineExceeded':
      return new RuntimeError('Unavailable', error.message, { cause: error, reason: 'SourceUnreachable' });
    default:
      return error;
  }
}
