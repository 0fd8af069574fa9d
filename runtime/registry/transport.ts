/** One HTTP exchange: connection, timeouts, body. Knows nothing of registries. */
import {
  Agent as HttpAgent,
  request as httpRequest,
  type ClientRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
} from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { rootCertificates } from 'node:tls';
import { RuntimeError } from '../errors.ts';
import { networkFailure } from './failures.ts';
import type { RegistryOptions } from './options.ts';
import { describeUrl } from './scrub.ts';

export interface Exchange {
  readonly method: 'GET' | 'HEAD' | 'POST';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Take any certificate. */
  readonly insecure: boolean;
  readonly signal?: AbortSignal | undefined;
}

export interface Answer extends Disposable {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly url: URL;
  /** The body once; rejects with DeadlineExceeded when it stops coming, Unavailable when it breaks off. Disposing drops the rest. */
  body(): AsyncGenerator<Uint8Array, void, void>;
}

const MAX_HEADER_BYTES = 32 * 1024;
const IDLE_CONNECTIONS = 8;
const MAX_DRAINED_BYTES = 64 * 1024;
const DEFAULT_CONNECT_TIMEOUT = 10_000;
const DEFAULT_STALL_TIMEOUT = 30_000;

export class Transport implements Disposable {
  readonly #options: RegistryOptions;
  readonly #http: HttpAgent;
  readonly #https: HttpsAgent;
  readonly #insecureHttps: HttpsAgent;

  constructor(options: RegistryOptions) {
    this.#options = options;
    const common = {
      keepAlive: true,
      maxFreeSockets: IDLE_CONNECTIONS,
      ...(options.proxyEnvironment === undefined ? {} : { proxyEnv: { ...options.proxyEnvironment } }),
    };
    const ca = options.certificateAuthorities;
    this.#http = new HttpAgent(common);
    this.#https = new HttpsAgent({ ...common, ...(ca === undefined ? {} : { ca: [...rootCertificates, ...ca] }) });
    this.#insecureHttps = new HttpsAgent({ ...common, rejectUnauthorized: false });
  }

  [Symbol.dispose](): void {
    for (const agent of [this.#http, this.#https, this.#insecureHttps]) agent.destroy();
  }

  /** Resolves with the headers; whatever the status is. The caller reads the body or disposes the answer. */
  async send(exchange: Exchange): Promise<Answer> {
    const what = describeUrl(exchange.url);
    const { signal } = exchange;
    const cancelled = (): RuntimeError =>
      new RuntimeError('Cancelled', `${what}: cancelled`, { cause: signal?.reason });
    if (isAborted(signal)) throw cancelled();
    const request = this.#start(exchange);
    try {
      const response = await this.#response(request, what);
      return this.#answer(response, request, exchange);
    } catch (error) {
      request.destroy();
      throw isAborted(signal) ? cancelled() : networkFailure(what, error);
    }
  }

  #start({ method, url, headers, insecure, signal, body }: Exchange): ClientRequest {
    const common = { method, headers, maxHeaderSize: MAX_HEADER_BYTES, ...(signal === undefined ? {} : { signal }) };
    const request =
      url.protocol === 'https:'
        ? httpsRequest(url, { ...common, agent: insecure ? this.#insecureHttps : this.#https })
        : httpRequest(url, { ...common, agent: this.#http });
    request.end(body);
    return request;
  }

  async #response(request: ClientRequest, what: string): Promise<IncomingMessage> {
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    const { timers } = this.#options;
    const connectTimeout = this.#options.connectTimeoutMs ?? DEFAULT_CONNECT_TIMEOUT;
    const stallTimeout = this.#options.stallTimeoutMs ?? DEFAULT_STALL_TIMEOUT;
    let timer = timers.after(connectTimeout, () => reject(tooSlow(what, 'connect', connectTimeout)));
    request.on('error', reject);
    request.on('response', resolve);
    request.on('socket', (socket) => {
      const connected = (): void => {
        timer[Symbol.dispose]();
        timer = timers.after(stallTimeout, () => reject(tooSlow(what, 'answer', stallTimeout)));
      };
      if (!socket.connecting) connected();
      else socket.once('encrypted' in socket ? 'secureConnect' : 'connect', connected);
    });
    try {
      return await promise;
    } finally {
      timer[Symbol.dispose]();
    }
  }

  #answer(response: IncomingMessage, request: ClientRequest, { url, method }: Exchange): Answer {
    const what = describeUrl(url);
    const { timers } = this.#options;
    const stallTimeout = this.#options.stallTimeoutMs ?? DEFAULT_STALL_TIMEOUT;
    // An error that nobody is there to hear any more would end the process.
    response.on('error', () => {});
    let stalled = false;
    const stop = (): void => {
      stalled = true;
      request.destroy();
    };
    const body = async function* (): AsyncGenerator<Uint8Array, void, void> {
      const chunks: AsyncIterator<Uint8Array> = response[Symbol.asyncIterator]();
      try {
        for (;;) {
          const next = await within(timers, stallTimeout, stop, chunks.next());
          if (next.done === true) return;
          yield next.value;
        }
      } catch (error) {
        throw stalled ? tooSlow(what, 'send more', stallTimeout) : networkFailure(what, error);
      } finally {
        if (!response.complete) request.destroy();
      }
    };
    return {
      status: response.statusCode ?? 0,
      headers: response.headers,
      url,
      body,
      [Symbol.dispose]() {
        if (response.readableEnded || response.destroyed) return;
        const length = method === 'HEAD' ? 0 : Number(response.headers['content-length'] ?? Infinity);
        if (!response.complete && length > MAX_DRAINED_BYTES) {
          request.destroy();
          return;
        }
        // What is short is read to its end, so that the connection can be used again.
        const timer = timers.after(stallTimeout, stop);
        response.once('close', () => timer[Symbol.dispose]());
        response.resume();
      },
    };
  }
}

/** Only our own waiting counts: a slow reader is not a slow registry. */
async function within<T>(
  timers: RegistryOptions['timers'],
  milliseconds: number,
  stop: () => void,
  work: Promise<T>,
): Promise<T> {
  using _timer = timers.after(milliseconds, stop);
  return await work;
}

const isAborted = (signal: AbortSignal | undefined): boolean => signal?.aborted === true;

function tooSlow(what: string, verb: string, milliseconds: number): RuntimeError {
  return new RuntimeError('DeadlineExceeded', `${what}: the registry did not ${verb} within ${milliseconds} ms`, {
    reason: 'RegistryUnavailable',
  });
}
