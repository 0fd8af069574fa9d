/** What is wrong with a context. */
import { RuntimeError } from '../../errors.ts';
import { meaningOf } from '../../file-failure.ts';

/** A file of a context that nobody may or can read. */
export function unreadable(path: string, error: unknown): RuntimeError {
  if (error instanceof RuntimeError) return error;
  return new RuntimeError(
    'InvalidArgument',
    `${JSON.stringify(path)} of the context cannot be read: ${meaningOf(error)}`,
    { cause: error, reason: 'ContextUnreadable' },
  );
}

export function notFound(path: string, problem = 'there is no directory'): RuntimeError {
  return new RuntimeError('NotFound', `${problem} ${path}`, { reason: 'ContextNotFound' });
}
