/** One question to a web server, redirects followed, with credentials for nobody but whom they are for. */
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { RuntimeError, type RuntimeErrorCode } from '../../../errors.ts';
import { errnoOf, throwIfAborted } from '../../../file-failure.ts';

export interface WebRequest {
  readonly method: 'GET' | 'HEAD';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** Of the daemon: proxies. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal | undefined;
}

export interface WebAddress {
  /** Without user information. */
  readonly url: URL;
  readonly credentials?: { readonly username: string; readonly password: string };
}

const maxRedirects = 10;
const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** Milliseconds without a byte. */
const stallLimit = 60_000;

/** Throws InvalidArgument. */
export function parseWebAddress(text: string): WebAddress {
  const url = URL.parse(text);
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw new RuntimeError('InvalidArgument', 'the URL of an archive begins with https:// or http://');
  }
  const { username, password } = url;
  url.username = '';
  url.password = '';
  url.hash = '';
  if (username === '' && password === '') return { url };
  return { url, credentials: { username: decode(username), password: decode(password) } };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** For messages: queries carry signatures and tokens. */
export const describeUrl = ({ protocol, host, pathname }: URL): string => `${protocol}//${host}${pathname}`;

/** Resolves with whatever the last server says; the caller reads the body or destroys it. Rejects with Unavailable, Corrupt or Cancelled. */
export async function ask(request: WebRequest): Promise<IncomingMessage> {
  let current = request;
  for (let hop = 0; ; hop++) {
    const answer = await askOnce(current);
    const { location } = answer.headers;
    if (!redirects.has(answer.statusCode ?? 0) || location === undefined) return answer;
    answer.destroy();
    if (hop === maxRedirects) throw fetchFailed(request.url, `more than ${maxRedirects} redirects`);
    current = redirected(current, location);
  }
}

function redirected(request: WebRequest, location: string): WebRequest {
  const url = URL.parse(location, request.url.href);
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw fetchFailed(request.url, 'it redirects to something that is no http(s) address');
  }
  if (request.url.protocol === 'https:' && url.protocol === 'http:') {
    throw fetchFailed(request.url, `it redirects from https to http (${url.host}), which is not followed`);
  }
  url.username = '';
  url.password = '';
  if (url.origin === request.url.origin) return { ...request, url };
  const { authorization: _kept, ...headers } = request.headers;
  return { ...request, url, headers };
}

async function askOnce({ method, url, headers, env, signal }: WebRequest): Promise<IncomingMessage> {
  throwIfAborted(signal, describeUrl(url));
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const how = { method, headers, timeout: stallLimit, ...(signal === undefined ? {} : { signal }) };
  const agent = { keepAlive: false, proxyEnv: { ...env } };
  const request =
    url.protocol === 'https:'
      ? httpsRequest(url, { ...how, agent: new HttpsAgent(agent) })
      : httpRequest(url, { ...how, agent: new HttpAgent(agent) });
  request.on('response', (response) => {
    // An error that nobody is there to hear any more would end the process.
    response.on('error', () => undefined);
    resolve(response);
  });
  request.on('timeout', () => request.destroy(new Error(`nothing came for ${stallLimit / 1000} s`)));
  request.on('error', reject);
  request.end();
  try {
    return await promise;
  } catch (error) {
    throw webFailure(url, error, signal);
  }
}

/** What breaks a connection. */
export function webFailure(url: URL, error: unknown, signal: AbortSignal | undefined): RuntimeError {
  if (error instanceof RuntimeError) return error;
  if (signal?.aborted === true) {
    return new RuntimeError('Cancelled', `${describeUrl(url)}: stopped`, { cause: signal.reason });
  }
  return fetchFailed(url, errnoOf(error) ?? (error instanceof Error ? error.message : String(error)), error);
}

function fetchFailed(url: URL, problem: string, cause?: unknown): RuntimeError {
  return new RuntimeError('Unavailable', `${describeUrl(url)}: ${problem}`, { cause, reason: 'ContextFetchFailed' });
}

const statuses: Readonly<Record<number, readonly [RuntimeErrorCode, string, string]>> = {
  401: ['Unauthorized', 'credentials are missing or wrong', 'Unauthorized'],
  403: ['Unauthorized', 'these credentials are not enough', 'Unauthorized'],
  404: ['NotFound', 'there is no such file', 'ContextNotFound'],
  410: ['NotFound', 'the file is gone', 'ContextNotFound'],
};

export function statusFailure(url: URL, status: number): RuntimeError {
  const [code, problem, reason] = statuses[status] ?? ['Unavailable', 'the server cannot answer', 'ContextFetchFailed'];
  return new RuntimeError(code, `${describeUrl(url)}: ${problem} (status ${status})`, { reason });
}
