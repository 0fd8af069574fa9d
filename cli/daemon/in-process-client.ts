/**
 * The Client port straight on the request pipeline: no sockets, no JSON round trips. Objects are handed in as they are
 * and come out frozen. The caller is a user like any other, so policy and audit see controllers too.
 */
import { ApiError } from '../../client/client.ts';
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
} from '../../client/client.ts';
import {
  applyParameters,
  deleteBody,
  listParameters,
  patchParameters,
  watchParameters,
  writeParameters,
} from '../../client/parameters.ts';
import type { UserInfo } from '../../api/pipeline/attributes.ts';
import type { Pipeline } from '../../api/pipeline/pipeline.ts';
import type { RequestBody } from '../../api/pipeline/request.ts';
import type { ApiResponse, ObjectValue, WatchFrame } from '../../api/pipeline/response.ts';
import { PLAIN_JSON } from '../../api/negotiate.ts';
import type { KindRef, KubeObject, ObjectInput, ObjectRef } from '../../schemas/object.ts';
import { parseApiVersion } from '../../schemas/kinds.ts';
import { PATCH_CONTENT_TYPES } from '../../client/patch-types.ts';
import {
  collection,
  collectionOf,
  knownKind,
  named,
  resourcePath,
  targetOf,
  unknownKind,
  type KindLocation,
  type Target,
} from '../../client/resource-path.ts';
import { setImmediate as nextTurn } from 'node:timers/promises';

export interface InProcessClientOptions {
  readonly pipeline: Pipeline;
  readonly user: UserInfo;
  /** Kinds beyond the built-in table (custom resources), by group, version and kind. */
  readonly findKind?: (kind: KindRef) => KindLocation | undefined;
}

/** Objects of a list that are decoded without giving way to other work. */
const DECODE_SLICE = 200;

export function createInProcessClient({ pipeline, user, findKind = knownKind }: InProcessClientOptions): Client {
  const credentials = { transport: 'in-process', user } as const;

  const send = async (
    method: string,
    target: Target,
    parameters: Readonly<Record<string, string>>,
    options: CallOptions & Pick<WriteCallOptions, 'onWarning'>,
    body?: RequestBody,
  ): Promise<Exclude<ApiResponse, { type: 'document' }>> => {
    const signal = options.signal ?? NEVER_ABORTED();
    signal.throwIfAborted();
    const response = await pipeline.handle({
      credentials,
      info: { type: 'resource', method, ...locate(target, findKind), watchPrefix: false },
      parameters,
      representation: PLAIN_JSON,
      userAgent: user.name,
      signal,
      warn: options.onWarning ?? ignore,
      ...(body ? { body } : {}),
    });
    if (response.type === 'status' && response.status.status === 'Failure') {
      signal.throwIfAborted();
      throw new ApiError(response.status);
    }
    if (response.type === 'document') throw unknownKind(target);
    return response;
  };
  const object = async <T>(response: ReturnType<typeof send>): Promise<T> => objectOf(await response) as T;

  return {
    get: async <T>(ref: ObjectRef, options: CallOptions = {}) => object<T>(send('GET', named(ref), {}, options)),
    list: async <T extends KubeObject>(kind: KindRef, options: ListOptions = {}): Promise<List<T>> => {
      const response = await send('GET', collection(kind, options.namespace), listParameters(options), options);
      if (response.type !== 'list') throw new TypeError(`a list answered with ${response.type}`);
      const { metadata, resource } = response;
      const items = (await decodeAll(response.items)) as readonly T[];
      return { apiVersion: kind.apiVersion, kind: resource.definition.listKind, metadata, items };
    },
    watch: <T extends KubeObject>(kind: KindRef, options: WatchOptions = {}) =>
      watchEvents<T>(options.signal, () =>
        send('GET', collection(kind, options.namespace), watchParameters(options), options),
      ),
    create: async <T extends KubeObject>(input: ObjectInput<T>, options: WriteCallOptions = {}) =>
      object<T>(send('POST', collectionOf(input), writeParameters(options), options, valueBody(input))),
    update: async <T extends KubeObject>(input: T, options: WriteCallOptions = {}) =>
      object<T>(send('PUT', named(targetOf(input)), writeParameters(options), options, valueBody(input))),
    updateStatus: async <T extends KubeObject>(input: T, options: WriteCallOptions = {}) =>
      object<T>(
        send(
          'PUT',
          { ...named(targetOf(input)), subresource: 'status' },
          writeParameters(options),
          options,
          valueBody(input),
        ),
      ),
    patch: async <T>(ref: ObjectRef, patch: unknown, options: PatchOptions) =>
      object<T>(
        send(
          'PATCH',
          withSubresource(named(ref), options.subresource),
          patchParameters(options),
          options,
          valueBody(patch, PATCH_CONTENT_TYPES[options.type]),
        ),
      ),
    apply: async <T extends KubeObject>(input: ObjectInput<T>, options: ApplyOptions) =>
      object<T>(
        send(
          'PATCH',
          withSubresource(named(targetOf(input)), options.subresource),
          applyParameters(options),
          options,
          valueBody(input, PATCH_CONTENT_TYPES.apply),
        ),
      ),
    delete: async (ref: ObjectRef, options: DeleteOptions = {}) => {
      const response = await send('DELETE', named(ref), {}, options, valueBody(deleteBody(options)));
      return response.type === 'status' ? response.status : objectOf(response);
    },
    deleteCollection: async (kind: KindRef, options: DeleteOptions & ListOptions = {}) => {
      await send(
        'DELETE',
        collection(kind, options.namespace),
        listParameters(options),
        options,
        valueBody(deleteBody(options)),
      );
    },
  };
}

const NEVER_ABORTED = (): AbortSignal => new AbortController().signal;
const ignore = (): void => undefined;
const valueBody = (value: unknown, contentType = 'application/json'): RequestBody => ({
  type: 'value',
  contentType,
  value,
});
const withSubresource = (target: Target, subresource: string | undefined): Target =>
  subresource === undefined ? target : { ...target, subresource };

/** What the URL of the same request would say. */
function locate(target: Target, findKind: NonNullable<InProcessClientOptions['findKind']>) {
  const row = findKind(target);
  const at = parseApiVersion(target.apiVersion);
  if (row === undefined || at === undefined) throw unknownKind(target);
  const { name = '', subresource = '' } = target;
  const namespace = row.scope === 'Cluster' ? '' : (target.namespace ?? '');
  return { ...at, resource: row.plural, namespace, name, subresource, path: resourcePath(target, row) };
}

function objectOf(response: ApiResponse): KubeObject {
  if (response.type !== 'object') throw new TypeError(`an object was asked for, the answer is a ${response.type}`);
  return response.value.object();
}

async function decodeAll(items: readonly ObjectValue[]): Promise<readonly KubeObject[]> {
  const objects: KubeObject[] = [];
  for (const item of items) {
    if (objects.length > 0 && objects.length % DECODE_SLICE === 0) await nextTurn();
    objects.push(item.object());
  }
  return objects;
}

async function* watchEvents<T extends KubeObject>(
  signal: AbortSignal | undefined,
  open: () => Promise<ApiResponse>,
): AsyncGenerator<WatchEvent<T>> {
  if (signal?.aborted) return;
  const response = await open();
  if (response.type !== 'watch') throw new TypeError(`a watch answered with ${response.type}`);
  await using stream = response.stream;
  for (let frames = await stream.read(); frames.length > 0; frames = await stream.read()) {
    for (const frame of frames) yield toEvent<T>(frame);
  }
}

function toEvent<T extends KubeObject>(frame: WatchFrame): WatchEvent<T> {
  if (frame.type === 'ERROR') throw new ApiError(frame.status);
  if (frame.type === 'BOOKMARK') return { type: 'BOOKMARK', resourceVersion: frame.resourceVersion };
  return { type: frame.type, object: frame.value.object() as T };
}
