import { RuntimeError, type RuntimeErrorCode } from '../errors.ts';
import type { Answer } from './send.ts';

/** Throws what an answer that is no success means; `said` is what the server explains, if it is to be told. */
export function requireSuccess(answer: Answer, url: string, said?: string): void {
  const { status } = answer;
  if (status >= 200 && status < 300) return;
  const host = URL.parse(url)?.host ?? '';
  const redirects = status >= 300 && status < 400 ? ' (a redirect, which is not followed)' : '';
  const why = said === undefined || said === '' ? '' : `: ${said}`;
  throw new RuntimeError(codeOf(answer), `${host} answered ${status}${redirects}${why}`);
}

function codeOf(answer: Answer): RuntimeErrorCode {
  const { status } = answer;
  if (status === 429 || isLimited(answer)) return 'ResourceExhausted';
  if (status === 401 || status === 403) return 'Unauthorized';
  if (status === 404 || status === 410) return 'NotFound';
  if (status === 408 || status === 425 || status >= 500) return 'Unavailable';
  return 'InvalidArgument';
}

/** GitHub answers 403, too, to who asks too often. */
const isLimited = ({ status, headers }: Answer): boolean =>
  status === 403 && (headers['retry-after'] !== undefined || headers['x-ratelimit-remaining'] === '0');
