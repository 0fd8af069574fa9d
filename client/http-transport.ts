/** Requests over a unix socket or HTTPS on kept-alive connections; what goes wrong below HTTP becomes an ApiError. */
import type { Agent as HttpAgent, IncomingMessage, request as httpRequest, RequestOptions } from 'node:http';
import { text } from 'node:stream/consumers';
import { decodeJson } from '../schemas/text/json.ts';
import type { JsonValue, Status } from '../schemas/object.ts';
import { isObject } from '../schemas/structural/own.ts';
import { ApiError } from './client.ts';

/** Where an API server is, and how to be let in. */
export type Connection =
  | { readonly socketPath: string }
  | {
      /** `https://127.0.0.1:6443`, or `http://…` behind `kubectl proxy`. */
      readonly server: string;
      /** PEM. */
      readonly ca?: string;
      readonly cert?: string;
      readonly key?: string;
      readonly token?: string;
      /** Name that the server's certificate must have, where it is not the address. */
      readonly serverName?: string;
      readonly insecureSkipTlsVerify?: boolean;
    };

export interface HttpRequest {
  readonly method: string;
  /** With query. */
  readonly path: string;
  readonly accept?: string;
  readonly contentType?: string;
  readonly body?: string;
  readonly signal?: AbortSignal | undefined;
}

export interface Transport extends Disposable {
  /** Resolves with the head of the answer, whatever its status. Rejects with ApiError, or with the signal's reason. */
  send(request: HttpRequest): Promise<IncomingMessage>;
}

/** Waiting connections that are kept for the next request. */
const MAX_IDLE = 64;

/** `userAgent` is who we are to the server: the default field manager is its part up to the first `/`. */
export async function createTransport(connection: Connection, userAgent: string): Promise<Transport> {
  const { agent, request, options, where } = await dialer(connection);
  const headers = {
    'user-agent': userAgent,
    ...('token' in connection && connection.token !== undefined ? { authorization: `Bearer ${connection.token}` } : {}),
  };
  const once = (wanted: HttpRequest): Promise<{ readonly response?: IncomingMessage; readonly retry?: boolean }> =>
    new Promise((resolve, reject) => {
      const { method, path, accept = 'application/json', contentType, body, signal } = wanted;
      const outgoing = request({
        ...options,
        agent,
        method,
        path,
        headers: {
          ...headers,
          accept,
          ...(body === undefined
            ? {}
            : { 'content-type': contentType ?? 'application/json', 'content-length': Buffer.byteLength(body) }),
        },
        ...(signal ? { signal } : {}),
      });
      outgoing.on('response', (response) => resolve({ response }));
      outgoing.on('error', (error: NodeJS.ErrnoException) => {
        if (signal?.aborted) reject(signal.reason as Error);
        // the server closed an idle connection just as we took it: nothing has been read from it
        else if (outgoing.reusedSocket && (error.code === 'ECONNRESET' || error.code === 'EPIPE') && method === 'GET')
          resolve({ retry: true });
        else reject(unreachable(where, error));
      });
      outgoing.end(body);
    });
  return {
    async send(wanted) {
      for (;;) {
        wanted.signal?.throwIfAborted();
        const { response } = await once(wanted);
        if (response !== undefined) return response;
      }
    },
    [Symbol.dispose]: () => agent.destroy(),
  };
}

interface Dialer {
  readonly agent: HttpAgent;
  readonly request: typeof httpRequest;
  readonly options: RequestOptions;
  /** For messages. */
  readonly where: string;
}

async function dialer(connection: Connection): Promise<Dialer> {
  const pool = { keepAlive: true, maxFreeSockets: MAX_IDLE, noDelay: true } as const;
  // an `import` of node:http reads its getter for WebSocket too, and loads all of undici: 40 ms that no request needs
  const { Agent: PlainAgent, request: plainRequest } = process.getBuiltinModule('node:http');
  if ('socketPath' in connection) {
    const { socketPath } = connection;
    return {
      agent: new PlainAgent(pool),
      request: plainRequest,
      options: { socketPath, host: 'tsmoby' },
      where: socketPath,
    };
  }
  const { protocol, hostname, port } = new URL(connection.server);
  const options = {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port),
  };
  if (protocol !== 'https:')
    return { agent: new PlainAgent(pool), request: plainRequest, options, where: connection.server };
  const { Agent, request } = await import('node:https');
  const { ca, cert, key, serverName, insecureSkipTlsVerify } = connection;
  const agent = new Agent({
    ...pool,
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(serverName === undefined ? {} : { servername: serverName }),
    rejectUnauthorized: insecureSkipTlsVerify !== true,
  });
  return { agent, request, options, where: connection.server };
}

/** The error of a request that got no answer. */
export function unreachable(where: string, cause: NodeJS.ErrnoException): ApiError {
  const hint = cause.code === 'ENOENT' || cause.code === 'ECONNREFUSED' ? ': is the daemon running?' : '';
  return new ApiError(
    {
      ...failure,
      reason: 'ServiceUnavailable',
      message: `no answer from the API server at ${where} (${cause.code ?? cause.message})${hint}`,
      code: 0,
    },
    { cause },
  );
}

const failure = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure' } as const;

/** The answer's JSON. Rejects with ApiError for refusals, and for answers that break off. */
export async function readAnswer(response: IncomingMessage): Promise<JsonValue> {
  const body = await readText(response);
  const code = response.statusCode ?? 0;
  const value = parse(body);
  if (code >= 200 && code < 300 && value !== undefined) return value;
  throw new ApiError(
    isStatus(value)
      ? value
      : {
          ...failure,
          reason: reasonOf(code),
          message: `the server answered ${String(code)}: ${body.slice(0, 200)}`,
          code,
        },
  );
}

async function readText(response: IncomingMessage): Promise<string> {
  try {
    return await text(response);
  } catch (cause) {
    throw new ApiError(
      { ...failure, reason: 'ServiceUnavailable', message: 'the answer of the API server broke off', code: 0 },
      { cause },
    );
  }
}

function parse(body: string): JsonValue | undefined {
  try {
    return decodeJson(body).value;
  } catch {
    return undefined;
  }
}

const isStatus = (value: JsonValue | undefined): value is JsonValue & Status =>
  isObject(value) && value['kind'] === 'Status';

const REASONS: Readonly<Record<number, string>> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  405: 'MethodNotAllowed',
  406: 'NotAcceptable',
  409: 'Conflict',
  410: 'Expired',
  413: 'RequestEntityTooLarge',
  415: 'UnsupportedMediaType',
  422: 'Invalid',
  429: 'TooManyRequests',
  503: 'ServiceUnavailable',
  504: 'Timeout',
};

const reasonOf = (code: number): string => REASONS[code] ?? 'InternalError';

/** Texts of the answer's `Warning: 299` headers. */
export function warningsOf(response: IncomingMessage): readonly string[] {
  const values = response.headersDistinct['warning'] ?? [];
  return values.flatMap((value) =>
    Array.from(value.matchAll(/\b299 \S+ "((?:\\.|[^"\\])*)"/g), (match) =>
      Buffer.from((match[1] ?? '').replaceAll(/\\(.)/g, '$1'), 'latin1').toString('utf8'),
    ),
  );
}
