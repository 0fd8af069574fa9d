/** What is wrong with a context. */
import { RuntimeError } from '../../errors.ts';

export function notFound(path: string, problem = 'there is no directory'): RuntimeError {
  return new RuntimeError('NotFound', `${problem} ${path}`, { reason: 'ContextNotFound' });
}
