import { once } from 'node:events';
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { RuntimeError } from '../errors.ts';

export interface Posted {
  readonly url: string;
  readonly headers: OutgoingHttpHeaders;
  readonly body: string;
  /** PEM, in place of what the machine trusts. */
  readonly ca?: string | undefined;
}

export interface SendOptions {
  /** Proxies, by HTTP_PROXY, HTTPS_PROXY and NO_PROXY. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly deadlineMs: number;
  readonly signal?: AbortSignal | undefined;
}

export interface Answer {
  readonly status: number;
  /** Its beginning. */
  readonly text: string;
}

const MAX_ANSWER_BYTES = 16 * 1024;

/** One POST on a connection of its own. Redirects are not followed: nobody said that whoever they lead to may have the credentials. Rejects with RuntimeError. */
export async function send(posted: Posted, { env, deadlineMs, signal }: SendOptions): Promise<Answer> {
  const url = urlOf(posted.url);
  const deadline = AbortSignal.timeout(deadlineMs);
  const ends = AbortSignal.any([deadline, ...(signal === undefined ? [] : [signal])]);
  const proxyEnv = { ...env };
  const agent = url.protocol === 'https:' ? new HttpsAgent({ proxyEnv }) : new HttpAgent({ proxyEnv });
  try {
    const { body, headers, ca } = posted;
    const options = {
      method: 'POST',
      agent,
      signal: ends,
      headers: { 'content-type': 'application/json', 'user-agent': 'tsmoby', ...headers, connection: 'close' },
    };
    const request =
      url.protocol === 'https:'
        ? httpsRequest(url, { ...options, ...(ca === undefined ? {} : { ca }) })
        : httpRequest(url, options);
    // What goes wrong after the answer began, its reader hears.
    request.on('error', () => undefined);
    request.end(body);
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    return { status: response.statusCode ?? 0, text: await beginningOf(response) };
  } catch (cause) {
    throw failureOf(cause, url, deadline, signal);
  } finally {
    agent.destroy();
  }
}

async function beginningOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes >= MAX_ANSWER_BYTES) break;
  }
  return Buffer.concat(chunks).toString('utf8', 0, MAX_ANSWER_BYTES);
}

function urlOf(text: string): URL {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new RuntimeError('InvalidArgument', 'the address is no URL with http:// or https://');
  }
  if (url.username === '' && url.password === '') return url;
  throw new RuntimeError('InvalidArgument', `${url.host}: credentials do not stand in an address, but in a Secret`);
}

function failureOf(cause: unknown, { host }: URL, deadline: AbortSignal, signal: AbortSignal | undefined): unknown {
  if (signal?.aborted === true) return new RuntimeError('Cancelled', `${host}: told to stop`, { cause });
  if (deadline.aborted) return new RuntimeError('DeadlineExceeded', `${host} does not answer in time`, { cause });
  const { message, code } = cause as NodeJS.ErrnoException;
  return new RuntimeError('Unavailable', `${host}: ${message || (code ?? 'the connection failed')}`, { cause });
}
