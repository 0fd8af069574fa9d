import {
  request as httpRequest,
  type ClientRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type OutgoingHttpHeaders,
} from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Duplex } from 'node:stream';
import { RuntimeError } from '../errors.ts';
import { openAgent } from './agent.ts';

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
  readonly headers: IncomingHttpHeaders;
  /** Its beginning, or what came of it; nothing of a success, which needs no explanation. */
  readonly text: string;
}

const MAX_ANSWER_BYTES = 16 * 1024;

/** One POST on a connection of its own. Redirects are not followed: nobody said that whoever they lead to may have the credentials. Rejects with RuntimeError. */
export async function send(posted: Posted, { env, deadlineMs, signal }: SendOptions): Promise<Answer> {
  const url = urlOf(posted.url);
  const deadline = AbortSignal.timeout(deadlineMs);
  const ends = AbortSignal.any([deadline, ...(signal === undefined ? [] : [signal])]);
  using opened = openAgent(url, env);
  let request: ClientRequest | undefined;
  try {
    ends.throwIfAborted();
    const { body, headers, ca } = posted;
    const options = {
      method: 'POST',
      agent: opened.agent,
      signal: ends,
      headers: { 'content-type': 'application/json', 'user-agent': 'tsmoby', ...headers, connection: 'close' },
    };
    request =
      url.protocol === 'https:'
        ? httpsRequest(url, { ...options, ...(ca === undefined ? {} : { ca }) })
        : httpRequest(url, options);
    request.end(body);
    const response = await headOf(request, ends);
    const { statusCode: status = 0 } = response;
    const isTaken = status >= 200 && status < 300;
    return { status, headers: response.headers, text: isTaken ? '' : await beginningOf(response) };
  } catch (cause) {
    throw failureOf(cause, url, deadline, signal);
  } finally {
    request?.destroy();
  }
}

/** Settles in any case: Node keeps the error of a request that was aborted before it had a connection, and says nothing but `close` of one that was to become another protocol. */
function headOf(request: ClientRequest, ends: AbortSignal): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    ends.addEventListener('abort', () => reject(new Error('aborted')), { once: true });
    request.once('response', resolve);
    request.once('upgrade', (response: IncomingMessage, socket: Duplex) => {
      socket.destroy();
      resolve(response);
    });
    // Stays: what goes wrong later is nobody's trouble.
    request.on('error', reject);
    request.once('close', () => reject(new Error('the connection was closed without an answer')));
  });
}

/** Trouble on the way only ends it: what the answer means stood in its head. */
async function beginningOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes >= MAX_ANSWER_BYTES) break;
    }
  } catch {}
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
