/**
 * The Client port over HTTP: tsmoby's unix socket, its HTTPS listener, or any Kubernetes API server. Imports node:http
 * and little else, because every command of the CLI pays for it.
 */
import type { Duplex } from 'node:stream';
import type { JsonValue, KindRef, KubeObject, ObjectInput, ObjectRef, Status } from '../schemas/object.ts';
import { freezeDeep, isObject } from '../schemas/structural/own.ts';
import { decodeJson, encodeJson } from '../schemas/text/json.ts';
import { ApiError } from './client.ts';
import type {
  ApplyOptions,
  CallOptions,
  Client,
  DeleteOptions,
  List,
  ListOptions,
  PatchOptions,
  WatchEvent,
  WatchOptions,
  WriteCallOptions,
} from './client.ts';
import { createKindFinder, type KindFinder } from './discovery.ts';
import { createTransport, readAnswer, warningsOf, type Connection, type Transport } from './http-transport.ts';
import { linesOf } from './lines.ts';
import {
  applyParameters,
  deleteBody,
  listParameters,
  patchParameters,
  watchParameters,
  writeParameters,
  type QueryParameters,
} from './parameters.ts';
import { PATCH_CONTENT_TYPES } from './patch-types.ts';
import type { RemoteCommand } from './remote/remote-command.ts';
import { collection, collectionOf, named, resourcePath, targetOf, type Target } from './resource-path.ts';

export interface HttpClientOptions {
  readonly connection: Connection;
  /** `name/version`; the name is the default field manager. */
  readonly userAgent: string;
}

/** Bytes of an answer as they come. Must be read to its end or destroyed. */
export type ByteStream = AsyncIterable<Buffer> & { destroy(): unknown };

export interface RawOptions extends CallOptions {
  readonly accept?: string;
  /** Default: GET. */
  readonly method?: 'GET' | 'POST';
}

export interface HttpClient extends Client, Disposable {
  /** GET of any path whose answer is read while it comes: a log, a watch of Tables. Rejects like the rest. */
  stream(path: string, options?: CallOptions & { readonly accept?: string }): Promise<ByteStream>;
  /**
   * GET of a path that becomes a conversation with a process: `…/exec?command=ls&stdout=true`. Rejects like the rest.
   */
  remoteCommand(path: string, options?: Pick<CallOptions, 'signal'>): Promise<RemoteCommand>;
  /** GET of a path that becomes a connection to a port: `…/portforward?ports=80`. Rejects like the rest. */
  remotePort(path: string, options?: Pick<CallOptions, 'signal'>): Promise<Duplex>;
  /** GET of any path (`/version`, `/apis`, a Table), or a POST without a body. Rejects like the rest. */
  raw(path: string, options?: RawOptions): Promise<JsonValue>;
}

interface Call {
  readonly method: string;
  readonly target: Target;
  readonly parameters?: QueryParameters;
  readonly options: CallOptions & Pick<WriteCallOptions, 'onWarning'>;
  readonly body?: unknown;
  readonly contentType?: string;
}

export async function createHttpClient({ connection, userAgent }: HttpClientOptions): Promise<HttpClient> {
  const transport = await createTransport(connection, userAgent);
  const kinds = createKindFinder(transport);
  const call = <T>(wanted: Call): Promise<T> => send(transport, kinds, wanted) as Promise<T>;
  return {
    raw: async (path, { signal, accept, method = 'GET' } = {}) =>
      readAnswer(await transport.send({ method, path, signal, ...(accept === undefined ? {} : { accept }) })),
    stream: async (path, { signal, accept } = {}) => {
      const response = await transport.send({
        method: 'GET',
        path,
        signal,
        ...(accept === undefined ? {} : { accept }),
      });
      if (response.statusCode !== 200) await readAnswer(response);
      return response;
    },
    async remoteCommand(path, { signal } = {}) {
      const { openRemoteCommand } = await import('./remote/remote-command.ts');
      return await openRemoteCommand({ connection, userAgent, path, signal });
    },
    async remotePort(path, { signal } = {}) {
      const { openRemotePort } = await import('./remote/remote-port.ts');
      return await openRemotePort({ connection, userAgent, path, signal });
    },
    get: async <T>(ref: ObjectRef, options: CallOptions = {}) =>
      call<T>({ method: 'GET', target: named(ref), options }),
    list: <T extends KubeObject>(kind: KindRef, options: ListOptions = {}) =>
      call<List<T>>({
        method: 'GET',
        target: collection(kind, options.namespace),
        parameters: listParameters(options),
        options,
      }),
    watch: <T extends KubeObject>(kind: KindRef, options: WatchOptions = {}) =>
      watch<T>(transport, kinds, kind, options),
    create: async <T extends KubeObject>(object: ObjectInput<T>, options: WriteCallOptions = {}) =>
      call<T>({
        method: 'POST',
        target: collectionOf(object),
        parameters: writeParameters(options),
        options,
        body: object,
      }),
    update: async <T extends KubeObject>(object: T, options: WriteCallOptions = {}) =>
      call<T>({
        method: 'PUT',
        target: named(targetOf(object)),
        parameters: writeParameters(options),
        options,
        body: object,
      }),
    updateStatus: async <T extends KubeObject>(object: T, options: WriteCallOptions = {}) =>
      call<T>({
        method: 'PUT',
        target: { ...named(targetOf(object)), subresource: 'status' },
        parameters: writeParameters(options),
        options,
        body: object,
      }),
    patch: async <T>(ref: ObjectRef, patch: unknown, options: PatchOptions) =>
      call<T>({
        method: 'PATCH',
        target: withSubresource(named(ref), options.subresource),
        parameters: patchParameters(options),
        options,
        body: patch,
        contentType: PATCH_CONTENT_TYPES[options.type],
      }),
    apply: async <T extends KubeObject>(object: ObjectInput<T>, options: ApplyOptions) =>
      call<T>({
        method: 'PATCH',
        target: withSubresource(named(targetOf(object)), options.subresource),
        parameters: applyParameters(options),
        options,
        body: object,
        contentType: PATCH_CONTENT_TYPES.apply,
      }),
    delete: async (ref: ObjectRef, options: DeleteOptions = {}) =>
      call<KubeObject | Status>({ method: 'DELETE', target: named(ref), options, body: deleteBody(options) }),
    deleteCollection: async (kind: KindRef, options: DeleteOptions & ListOptions = {}) => {
      const target = collection(kind, options.namespace);
      await call({ method: 'DELETE', target, parameters: listParameters(options), options, body: deleteBody(options) });
    },
    [Symbol.dispose]: () => transport[Symbol.dispose](),
  };
}

const withSubresource = (target: Target, subresource: string | undefined): Target =>
  subresource === undefined ? target : { ...target, subresource };

const query = (parameters: QueryParameters = {}): string => {
  const text = new URLSearchParams(parameters).toString();
  return text === '' ? '' : `?${text}`;
};

async function send(
  transport: Transport,
  kinds: KindFinder,
  { method, target, parameters, options, body, contentType }: Call,
): Promise<unknown> {
  const { signal, onWarning } = options;
  const path = resourcePath(target, await kinds.find(target, signal)) + query(parameters);
  const response = await transport.send({
    method,
    path,
    signal,
    ...(body === undefined ? {} : { body: encodeJson(body) }),
    ...(contentType === undefined ? {} : { contentType }),
  });
  if (onWarning !== undefined) for (const warning of warningsOf(response)) onWarning(warning);
  return freezeDeep(await readAnswer(response));
}

async function* watch<T extends KubeObject>(
  transport: Transport,
  kinds: KindFinder,
  kind: KindRef,
  options: WatchOptions,
): AsyncGenerator<WatchEvent<T>> {
  const { signal } = options;
  if (signal?.aborted) return;
  try {
    const path =
      resourcePath(collection(kind, options.namespace), await kinds.find(kind, signal)) +
      query(watchParameters(options));
    const response = await transport.send({ method: 'GET', path, signal });
    if (response.statusCode !== 200) await readAnswer(response);
    try {
      for await (const line of linesOf(response)) yield toEvent<T>(line);
    } finally {
      response.destroy();
    }
  } catch (error) {
    if (signal?.aborted) return;
    throw error instanceof ApiError ? error : brokenWatch(error);
  }
}

function toEvent<T extends KubeObject>(line: string): WatchEvent<T> {
  const frame = decodeJson(line).value;
  const object = isObject(frame) ? frame['object'] : undefined;
  if (!isObject(frame) || !isObject(object)) throw new SyntaxError('a watch event must have a type and an object');
  const type = frame['type'];
  if (type === 'ERROR') throw new ApiError(object as unknown as Status);
  const frozen = freezeDeep(object) as unknown as T;
  if (type === 'BOOKMARK') return { type, resourceVersion: frozen.metadata.resourceVersion };
  if (type === 'ADDED' || type === 'MODIFIED' || type === 'DELETED') return { type, object: frozen };
  throw new SyntaxError(`a watch event of type ${JSON.stringify(type)} is none we know`);
}

function brokenWatch(cause: unknown): ApiError {
  const status: Status = {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    reason: 'ServiceUnavailable',
    message: `the watch broke off: ${cause instanceof Error ? cause.message : String(cause)}`,
    code: 0,
  };
  return new ApiError(status, { cause });
}
