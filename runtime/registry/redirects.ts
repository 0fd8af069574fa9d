import { RuntimeError } from '../errors.ts';
import { describeUrl } from './scrub.ts';
import type { Answer, Exchange, Transport } from './transport.ts';

const MAX_REDIRECTS = 5;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/**
 * Sends and follows redirects. Another host never sees the Authorization header; from https nobody leads us back to http;
 * who sends us in circles is Unavailable.
 */
export async function sendFollowing(transport: Transport, exchange: Exchange): Promise<Answer> {
  let current = exchange;
  for (let hop = 0; ; hop++) {
    const answer = await transport.send(current);
    const { location } = answer.headers;
    if (!REDIRECTS.has(answer.status) || location === undefined) return answer;
    answer[Symbol.dispose]();
    const what = describeUrl(exchange.url);
    if (hop === MAX_REDIRECTS) throw new RuntimeError('Unavailable', `${what}: more than ${MAX_REDIRECTS} redirects`);
    current = redirected(current, location, what);
  }
}

function redirected(exchange: Exchange, location: string, what: string): Exchange {
  const url = URL.parse(location, exchange.url.href);
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw new RuntimeError('Corrupt', `${what}: the registry redirects to something that is not an http(s) address`);
  }
  if (exchange.url.protocol === 'https:' && url.protocol === 'http:') {
    throw new RuntimeError('Corrupt', `${what}: the registry redirects from https to http (${url.host}); not followed`);
  }
  if (url.host === exchange.url.host && url.protocol === exchange.url.protocol) return { ...exchange, url };
  const { authorization: _kept, ...headers } = exchange.headers;
  return { ...exchange, url, headers };
}
