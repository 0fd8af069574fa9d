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
import type { KindRef, KubeObject, ObjectInput, ObjectRef, Status } from '../../schemas/object.ts';
import { findByKindRef, parseApiVersion } from '../../schemas/kinds.ts';
import type { KindDefinition } from '../../schemas/kind-definition.ts';
import { setImmediate as nextTurn } from 'node:timers/promises';

export interface InProcessClientOptions {
  readonly pipeline: Pipeline;
  readonly user: UserInfo;
  /** Kinds beyond the built-in table (custom resources), by group, version and kind. */
  readonly findKind?: (ref: KindRef) => Pick<KindDefinition, 'plural' | 'scope'> | undefined;
}

/** Objects of a list that are decoded without giving way to other work. */
const DECODE_SLICE = 200;

type Target = Pick<ObjectRef, 'apiVersion' | 'kind' | 'namespace'> & {
  readonly name?: string;
  readonly subresource?: string;
};

export function createInProcessClient({ pipeline, user, findKind = findByKindRef }: InProcessClientOptions): Client {
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
    if (response.type === 'status' && response.status.status === 'Failure') throw new ApiError(response.status);
    if (response.type === 'document') throw new ApiError(unservedStatus(target));
    return response;
  };
  const object = async <T>(response: ReturnType<typeof send>): Promise<T> => objectOf(await response) as T;

  return {
    get: <T>(ref: ObjectRef, options: CallOptions = {}) => object<T>(send('GET', ref, {}, options)),
    list: async <T extends KubeObject>(kind: KindRef, options: ListOptions = {}): Promise<List<T>> => {
      const response = await send('GET', inNamespace(kind, options.namespace), listParameters(options), options);
      if (response.type !== 'list') throw new TypeError(`a list answered with ${response.type}`);
      const { metadata, resource } = response;
      const items = (await decodeAll(response.items)) as readonly T[];
      return { apiVersion: kind.apiVersion, kind: resource.definition.listKind, metadata, items };
    },
    watch: <T extends KubeObject>(kind: KindRef, options: WatchOptions = {}) =>
      watchEvents<T>(() => send('GET', inNamespace(kind, options.namespace), watchParameters(options), options)),
    create: <T extends KubeObject>(input: ObjectInput<T>, options: WriteCallOptions = {}) =>
      object<T>(send('POST', collectionOf(input), writeParameters(options), options, valueBody(input))),
    update: <T extends KubeObject>(input: T, options: WriteCallOptions = {}) =>
      object<T>(send('PUT', refOf(input), writeParameters(options), options, valueBody(input))),
    updateStatus: <T extends KubeObject>(input: T, options: WriteCallOptions = {}) =>
      object<T>(
        send('PUT', { ...refOf(input), subresource: 'status' }, writeParameters(options), options, valueBody(input)),
      ),
    patch: <T>(ref: ObjectRef, patch: unknown, options: PatchOptions) =>
      object<T>(
        send(
          'PATCH',
          withSubresource(ref, options.subresource),
          patchParameters(options),
          options,
          valueBody(patch, PATCH_TYPES[options.type]),
        ),
      ),
    apply: <T extends KubeObject>(input: ObjectInput<T>, options: ApplyOptions) =>
      object<T>(
        send(
          'PATCH',
          withSubresource(refOf(input), options.subresource),
          applyParameters(options),
          options,
          valueBody(input, 'application/apply-patch+yaml'),
        ),
      ),
    delete: async (ref: ObjectRef, options: DeleteOptions = {}) => {
      const response = await send('DELETE', ref, {}, options, valueBody(deleteBody(options)));
      return response.type === 'status' ? response.status : objectOf(response);
    },
    deleteCollection: async (kind: KindRef, options: DeleteOptions & ListOptions = {}) => {
      await send(
        'DELETE',
        inNamespace(kind, options.namespace),
        listParameters(options),
        options,
        valueBody(deleteBody(options)),
      );
    },
  };
}

/** Content types of the patches that clients send. */
const PATCH_TYPES = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
} as const;

const NEVER_ABORTED = (): AbortSignal => new AbortController().signal;
const ignore = (): void => undefined;
const valueBody = (value: unknown, contentType = 'application/json'): RequestBody => ({
  type: 'value',
  contentType,
  value,
});
const inNamespace = (kind: KindRef, namespace: string | undefined): Target =>
  namespace === undefined ? kind : { ...kind, namespace };
const withSubresource = (ref: Target, subresource: string | undefined): Target =>
  subresource === undefined ? ref : { ...ref, subresource };

function refOf({
  apiVersion,
  kind,
  metadata,
}: {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name?: string; readonly namespace?: string };
}): Target {
  const { name = '', namespace } = metadata;
  return (
    inNamespace({ apiVersion, kind }, namespace) && {
      apiVersion,
      kind,
      name,
      ...(namespace === undefined ? {} : { namespace }),
    }
  );
}

function collectionOf(input: Parameters<typeof refOf>[0]): Target {
  const { name: _, ...collection } = refOf(input);
  return collection;
}

function locate(target: Target, findKind: NonNullable<InProcessClientOptions['findKind']>) {
  const row = findKind(target);
  const at = parseApiVersion(target.apiVersion);
  if (row === undefined || at === undefined) throw new ApiError(unservedStatus(target));
  const { namespace = '', name = '', subresource = '' } = target;
  const segments = [
    at.group === '' ? `/api/${at.version}` : `/apis/${at.group}/${at.version}`,
    ...(namespace === '' || row.scope === 'Cluster' ? [] : ['namespaces', namespace]),
    row.plural,
    ...(name === '' ? [] : [name]),
    ...(subresource === '' ? [] : [subresource]),
  ];
  return {
    ...at,
    resource: row.plural,
    namespace: row.scope === 'Cluster' ? '' : namespace,
    name,
    subresource,
    path: segments.join('/'),
  };
}

const unservedStatus = ({ apiVersion, kind }: KindRef): Status => ({
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Failure',
  reason: 'NotFound',
  message: `no matches for kind "${kind}" in version "${apiVersion}"`,
  details: {},
  code: 404,
});

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

async function* watchEvents<T extends KubeObject>(open: () => Promise<ApiResponse>): AsyncGenerator<WatchEvent<T>> {
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
