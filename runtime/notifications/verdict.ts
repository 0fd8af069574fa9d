import { RuntimeError, type RuntimeErrorCode } from '../errors.ts';
import type { Answer } from './send.ts';

/** Throws what an answer that is no success means; `said` is what the server explains, if it is to be told. */
export function requireSuccess({ status }: Answer, url: string, said?: string): void {
  if (status >= 200 && status < 300) return;
  const host = URL.parse(url)?.host ?? '';
  const redirects = status >= 300 && status < 400 ? ' (a redirect, which is not followed)' : '';
  const why = said === undefined || said === '' ? '' : `: ${said}`;
  throw new RuntimeError(codeOf(status), `${host} answered ${status}${redirects}${why}`);
}

function codeOf(status: number): RuntimeErrorCode {
  if (status === 401 || status === 403) return 'Unauthorized';
  if (status === 404 || status === 410) return 'NotFound';
  if (status === 429) return 'ResourceExhausted';
  if (status === 408 || status === 425 || status >= 500) return 'Unavailable';
  return 'InvalidArgument';
}
