/** From one HTTP request to one answer: read, hand to the pipeline, serialise. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { essenceOf } from '../codec/media-types.ts';
import type { ApiClock, ApiLog } from '../context.ts';
import { negotiate, PLAIN_JSON, type Representation } from '../negotiate.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import type { ApiRequest, Credentials, Parameters, RequestBody } from '../pipeline/request.ts';
import type { ApiResponse } from '../pipeline/response.ts';
import { parseRequest, type RequestInfo } from '../request-info.ts';
import { badRequest, StatusError, toStatus } from '../status-error.ts';
import { readBody } from './read-body.ts';
import { setWarnings, writeResponse } from './write-response.ts';

export interface HandlerOptions {
  readonly pipeline: Pipeline;
  readonly clock: ApiClock;
  readonly log: ApiLog;
  /** Who is at the other end of this connection. */
  readonly credentialsOf: (request: IncomingMessage) => Credentials;
  /** Requests that are being answered; aborting them is how running watches end when the server stops. */
  readonly inFlight: Set<AbortController>;
}

export type HttpHandler = (request: IncomingMessage, response: ServerResponse) => void;

/** Never throws and never leaves a request without an answer, unless the client went away. */
export function createHttpHandler(options: HandlerOptions): HttpHandler {
  return (request, response) => {
    const gone = new AbortController();
    options.inFlight.add(gone);
    response.on('close', () => {
      options.inFlight.delete(gone);
      // an abort costs an exception with its stack: only where somebody may still be at work
      if (!response.writableFinished) gone.abort();
    });
    response.on('error', () => gone.abort());
    serve(options, request, response, gone.signal).catch((err: unknown) => {
      if (!gone.signal.aborted)
        options.log.error({ err, path: request.url?.split('?', 1)[0] }, 'answer could not be written');
      response.destroy();
    });
  };
}

async function serve(
  options: HandlerOptions,
  request: IncomingMessage,
  response: ServerResponse,
  signal: AbortSignal,
): Promise<void> {
  const warnings: string[] = [];
  let parsed: ApiRequest;
  let answer: ApiResponse;
  try {
    parsed = await parse(options, request, warnings, signal);
    answer = await options.pipeline.handle(parsed);
  } catch (error) {
    await refuse(options, request, response, error);
    return;
  }
  setWarnings(response, warnings);
  const now = (): number => options.clock.now();
  try {
    await writeResponse(response, answer, parsed, now);
  } catch (error) {
    if (answer.type === 'watch') await answer.stream[Symbol.asyncDispose]();
    if (response.headersSent) throw error;
    await refuse(options, request, response, error);
  }
}

/** What was wrong before the pipeline saw the request, or with how its answer was wanted. */
async function refuse(
  { log, clock }: HandlerOptions,
  request: IncomingMessage,
  response: ServerResponse,
  error: unknown,
): Promise<void> {
  if (!(error instanceof StatusError)) log.error({ err: error, path: request.url?.split('?', 1)[0] }, 'request failed');
  const status = toStatus(error);
  // the rest of a body that was not read stands in the way of the next request
  if (!request.complete) response.setHeader('connection', 'close');
  const plain = { representation: PLAIN_JSON, parameters: {}, signal: new AbortController().signal };
  await writeResponse(response, { type: 'status', code: status.code, status }, plain, () => clock.now());
}

const HAS_BODY: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);

async function parse(
  options: HandlerOptions,
  request: IncomingMessage,
  warnings: string[],
  signal: AbortSignal,
): Promise<ApiRequest> {
  const { method = 'GET', url = '', headers } = request;
  const cut = url.indexOf('?');
  const path = cut < 0 ? url : url.slice(0, cut);
  if (!path.startsWith('/')) throw badRequest('the request target must be a path');
  const info = parseRequest(method, path);
  const body = HAS_BODY.has(method) ? await bodyOf(request) : undefined;
  return {
    credentials: options.credentialsOf(request),
    info,
    parameters: cut < 0 ? NO_PARAMETERS : parseQuery(url.slice(cut + 1)),
    representation: representationOf(headers.accept, info),
    userAgent: headers['user-agent'] ?? '',
    signal,
    warn: (text) => warnings.push(text),
    ...(body === undefined ? {} : { body }),
  };
}

const NO_PARAMETERS: Parameters = Object.freeze(Object.create(null) as Record<string, string>);

function parseQuery(query: string): Parameters {
  const parameters = Object.create(null) as Record<string, string>;
  for (const [name, value] of new URLSearchParams(query)) parameters[name] ??= value;
  return parameters;
}

async function bodyOf(request: IncomingMessage): Promise<RequestBody | undefined> {
  const bytes = await readBody(request);
  return bytes && { type: 'bytes', contentType: essenceOf(request.headers['content-type']), bytes };
}

function representationOf(accept: string | undefined, info: RequestInfo): Representation {
  if (info.type === 'resource') return negotiate(accept, 'resource');
  const [root] = info.segments;
  return root === 'api' || root === 'apis' ? negotiate(accept, 'discovery') : PLAIN_JSON;
}
