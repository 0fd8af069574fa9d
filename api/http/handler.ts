/** From one HTTP request to one answer: hand to the pipeline, which asks for the body when it wants it, and serialise. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { essenceOf, SWAGGER_PROTOBUF } from '../codec/media-types.ts';
import type { ApiClock, ApiLog } from '../context.ts';
import { negotiate, PLAIN_JSON, type Representation } from '../negotiate.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import type { ApiRequest, Credentials, RequestBody } from '../pipeline/request.ts';
import type { ApiResponse } from '../pipeline/response.ts';
import { parseRequest, type RequestInfo } from '../request-info.ts';
import { badRequest, StatusError, toStatus } from '../status-error.ts';
import { createBodyBudget, type BodyBudget } from './body-budget.ts';
import { discardRest } from './discard-rest.ts';
import type { InFlight } from './in-flight.ts';
import { impersonationOf } from './impersonation.ts';
import { readBody } from './read-body.ts';
import { answerOver } from './websocket/answer.ts';
import { PendingUpgrade, upgradeOf } from './websocket/pending-upgrade.ts';
import { setWarnings, writeResponse } from './write-response.ts';

export interface HandlerOptions {
  readonly pipeline: Pipeline;
  readonly clock: ApiClock;
  readonly log: ApiLog;
  /** Who is at the other end of this connection. */
  readonly credentialsOf: (request: IncomingMessage) => Credentials;
  /** What this server is busy with. */
  readonly inFlight: InFlight;
}

/** For `request` and for `checkContinue`: a client that asks first is told to go on only when its body is wanted. */
export type HttpHandler = (request: IncomingMessage, response: ServerResponse) => void;

/** Never throws and never leaves a request without an answer, unless the client went away. */
export function createHttpHandler(wiring: HandlerOptions): HttpHandler {
  const options = { ...wiring, bodies: createBodyBudget() };
  return (request, response) => {
    if (response instanceof PendingUpgrade) response.begin();
    const gone = new AbortController();
    const inFlight = options.inFlight.begin(gone);
    response.on('close', () => {
      inFlight[Symbol.dispose]();
      // an abort costs an exception with its stack: only where somebody may still be at work
      if (!response.writableFinished) gone.abort();
    });
    response.on('error', () => gone.abort());
    const work = serve(options, request, response, gone.signal);
    if (response instanceof PendingUpgrade) options.inFlight.hold(work);
    work.catch((err: unknown) => {
      if (!gone.signal.aborted)
        options.log.error({ err, path: request.url?.split('?', 1)[0] }, 'answer could not be written');
      response.destroy();
    });
  };
}

interface Handling extends HandlerOptions {
  readonly bodies: BodyBudget;
}

async function serve(
  options: Handling,
  request: IncomingMessage,
  response: ServerResponse,
  signal: AbortSignal,
): Promise<void> {
  const warnings: string[] = [];
  let parsed: ApiRequest;
  try {
    parsed = parse(options, request, response, warnings, signal);
  } catch (error) {
    discardRest(request, response);
    await refuse(options, request, response, error, PLAIN_JSON);
    return;
  }
  const answer = await options.pipeline.handle(parsed);
  const now = (): number => options.clock.now();
  try {
    if (response instanceof PendingUpgrade) {
      const asked = { request: parsed, now, log: options.log, signal };
      if (await answerOver(request, response, answer, asked)) return;
    }
    setWarnings(response, warnings);
    discardRest(request, response);
    await writeResponse(response, answer, parsed, now);
  } catch (error) {
    await letGo(answer);
    if (response.headersSent || signal.aborted) throw error;
    await refuse(options, request, response, error, parsed.representation);
  }
}

/** Of an answer that nobody gets. */
async function letGo(answer: ApiResponse): Promise<void> {
  if (answer.type === 'watch') await answer.stream[Symbol.asyncDispose]();
  if (answer.type === 'process') await answer.process[Symbol.asyncDispose]();
  if (answer.type === 'ports') await answer.dialer[Symbol.asyncDispose]();
  if (answer.type === 'stream') await answer.body[Symbol.asyncIterator]().return?.();
}

/** What was wrong before the pipeline saw the request, or with how its answer was wanted. */
async function refuse(
  { log, clock }: HandlerOptions,
  request: IncomingMessage,
  response: ServerResponse,
  error: unknown,
  representation: Representation,
): Promise<void> {
  if (!(error instanceof StatusError)) log.error({ err: error, path: request.url?.split('?', 1)[0] }, 'request failed');
  const status = toStatus(error);
  const plain = { representation, parameters: {}, signal: new AbortController().signal };
  await writeResponse(response, { type: 'status', code: status.code, status }, plain, () => clock.now());
}

const HAS_BODY: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);

/** Path and query. Of a whole URL, as proxies send it (RFC 9112, 3.2.2), who was meant does not matter: it came here. */
function targetOf({ url = '' }: IncomingMessage): string {
  const authority = /^https?:\/\/[^/?#]+/i.exec(url)?.[0] ?? '';
  const rest = url.slice(authority.length);
  return authority !== '' && !rest.startsWith('/') ? `/${rest}` : rest;
}

/** Throws for a target that cannot be read at all; what else is wrong is told to those only who may ask. */
function parse(
  options: Handling,
  request: IncomingMessage,
  response: ServerResponse,
  warnings: string[],
  signal: AbortSignal,
): ApiRequest {
  const { method = 'GET', headers } = request;
  const url = targetOf(request);
  const cut = url.indexOf('?');
  const path = cut < 0 ? url : url.slice(0, cut);
  if (!path.startsWith('/')) throw badRequest('the request target must be a path');
  const info = parseRequest(method, path);
  const impersonation = impersonationOf(request);
  return {
    credentials: options.credentialsOf(request),
    ...(impersonation === undefined ? {} : { impersonation }),
    info,
    ...(cut < 0 ? NO_QUERY : parseQuery(url.slice(cut + 1))),
    ...representationOf(headers.accept, info),
    ...upgradeWishOf(request, response),
    userAgent: headers['user-agent'] ?? '',
    signal,
    warn: (text) => warnings.push(text),
    ...(HAS_BODY.has(method) ? { readBody: () => bodyOf(options.bodies, request, response) } : {}),
  };
}

type Query = Pick<ApiRequest, 'parameters' | 'repeated'>;

const NO_QUERY: Query = { parameters: Object.freeze(Object.create(null) as Record<string, string>) };

function parseQuery(query: string): Query {
  const parameters = Object.create(null) as Record<string, string>;
  let repeated: Record<string, string[]> | undefined;
  for (const [name, value] of new URLSearchParams(query)) {
    const first = parameters[name];
    if (first === undefined) parameters[name] = value;
    else {
      repeated ??= Object.create(null) as Record<string, string[]>;
      (repeated[name] ??= [first]).push(value);
    }
  }
  return repeated === undefined ? { parameters } : { parameters, repeated };
}

function upgradeWishOf(request: IncomingMessage, response: ServerResponse): Pick<ApiRequest, 'upgrade' | 'refusal'> {
  try {
    const upgrade = upgradeOf(request, response);
    return upgrade === undefined ? {} : { upgrade };
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    return { refusal: error };
  }
}

async function bodyOf(
  bodies: BodyBudget,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<RequestBody | undefined> {
  await bodies.admit(request, response);
  const bytes = await readBody(request, response);
  const contentType = request.headers['content-type'];
  // nothing, in a format: whoever needs a body says that it ends too soon, not that its format is unknown
  if (bytes === undefined && contentType === undefined) return undefined;
  return { type: 'bytes', contentType: essenceOf(contentType), bytes: bytes ?? new Uint8Array() };
}

function representationOf(
  accept: string | undefined,
  info: RequestInfo,
): Pick<ApiRequest, 'representation' | 'refusal'> {
  try {
    if (info.type === 'resource') return { representation: negotiate(accept, 'resource') };
    const [root] = info.segments;
    const isDiscovery = root === 'api' || root === 'apis';
    if (isDiscovery) return { representation: negotiate(accept, 'discovery') };
    const inProtobuf = root === 'openapi' && Object.values(SWAGGER_PROTOBUF).some((type) => accept?.startsWith(type));
    return { representation: inProtobuf ? { ...PLAIN_JSON, encoding: 'protobuf' } : PLAIN_JSON };
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    return { representation: PLAIN_JSON, refusal: error };
  }
}
