/** Creates and updates of a stored kind: the road from a wish to durable bytes. */
import type { KubeObject } from '../../schemas/object.ts';
import type { FieldIssue } from '../../schemas/structural/issue.ts';
import type { JsonObject } from '../../schemas/object.ts';
import type { ObjectValue } from '../pipeline/response.ts';
import { alreadyExists, forbidden, invalid, notFound } from '../status-error.ts';
import { StoreError } from '../store/store.ts';
import { encodeObject } from '../watch-cache/stored-object.ts';
import { asStatusError, keyOf, type KindStore } from './kind-store.ts';
import { trackFields } from './managed-fields.ts';
import {
  beginObject,
  checkIdentity,
  checkPreconditions,
  isSame,
  keepIdentity,
  withGeneratedName,
  withGeneration,
  withStatusOf,
} from './object-rules.ts';
import {
  encodeStored,
  toStored,
  valueOfBytes,
  valueOfObject,
  versionOfBytes,
  versionOfEntry,
  type Version,
} from './object-value.ts';
import type { CallContext, Change, Creater, UpdateKind, Updater, WriteOptions } from './resource.ts';
import { validateMetadata, validateMetadataUpdate } from './validate-metadata.ts';

/** How often a generated name may collide before the client hears of it. */
const NAME_ATTEMPTS = 8;

/** Which part of an object a resource or subresource writes: takes that part of `next`, the rest of `current`. */
export type Section = (next: KubeObject, current: KubeObject) => KubeObject;

type Outcome = { readonly value: ObjectValue; readonly created: boolean };

export function createCreater(kind: KindStore): Creater {
  return { create: (context, object, options) => create(kind, context, object, options) };
}

/** `section` undefined: the object itself. */
export function createUpdater(kind: KindStore, section?: Section): Updater {
  return {
    async update(context, name, change, options) {
      try {
        return await update(kind, section, { context, name, change, options });
      } catch (error) {
        throw asStatusError(error, kind.definition, name);
      }
    },
  };
}

async function create(
  kind: KindStore,
  context: CallContext,
  input: KubeObject,
  options: WriteOptions,
): Promise<ObjectValue> {
  const { definition, strategy, origins } = kind;
  const { attributes } = context;
  checkIdentity(input, definition, { namespace: attributes.namespace });
  const begun = beginObject(input, definition, attributes.namespace, origins, strategy.tracksGeneration);
  for (let attempt = 1; ; attempt++) {
    const named = withGeneratedName(begun, origins);
    checkNamespace(kind, named);
    const object = await prepareNew(kind, context, named, options);
    try {
      return await store(kind, object, options);
    } catch (error) {
      const collided = error instanceof StoreError && error.code === 'AlreadyExists';
      if (collided && named !== begun && attempt < NAME_ATTEMPTS) continue;
      throw asStatusError(error, definition, object.metadata.name);
    }
  }
}

/** Strategy, admission, managed fields, validation: in this order, as the real server does. */
async function prepareNew(
  kind: KindStore,
  context: CallContext,
  named: KubeObject,
  options: WriteOptions,
): Promise<KubeObject> {
  const { definition, strategy, admission, schema } = kind;
  const { dryRun } = options;
  const { attributes } = context;
  const bare = definition.subresources.includes('status') ? withStatusOf(named, undefined) : named;
  const prepared = strategy.prepareForCreate?.(bare) ?? bare;
  const admitted = await admission.mutate({ attributes, operation: 'CREATE', object: prepared, dryRun });
  const object = trackFields(kind, admitted, undefined, options, '');
  refuseInvalid(kind, object, [
    ...validateMetadata(object.metadata, strategy),
    ...schema.validate(object as unknown as JsonObject),
    ...(strategy.validate?.(object) ?? []),
  ]);
  await admission.validate({ attributes, operation: 'CREATE', object, dryRun });
  return object;
}

async function store(kind: KindStore, object: KubeObject, { dryRun }: WriteOptions): Promise<ObjectValue> {
  const { cache, definition, strategy } = kind;
  const { name, namespace = '' } = object.metadata;
  if (dryRun) {
    if (cache.get(namespace, name) !== undefined) throw alreadyExists(definition, name);
    return valueOfObject(kind, object);
  }
  const bytes = encodeStored(kind, object);
  const revision = await kind.store.create(keyOf(kind, namespace, name), bytes, ttlOf(strategy));
  await cache.reached(revision);
  return valueOfBytes(kind, { namespace, name }, bytes, revision);
}

const ttlOf = ({ ttlSeconds }: KindStore['strategy']) => (ttlSeconds === undefined ? {} : { ttlSeconds });

/** Objects live in namespaces that exist and are not on their way out. */
function checkNamespace({ definition, namespacePhase }: KindStore, { metadata }: KubeObject): void {
  if (definition.scope === 'Cluster') return;
  const { namespace = '', name } = metadata;
  const phase = namespacePhase(namespace);
  if (phase === undefined) throw notFound({ group: '', plural: 'namespaces' }, namespace);
  if (phase === 'Active') return;
  const why = `unable to create new content in namespace ${namespace} because it is being terminated`;
  throw forbidden(definition, name, why, [
    {
      reason: 'NamespaceTerminating',
      message: `namespace ${namespace} is being terminated`,
      field: 'metadata.namespace',
    },
  ]);
}

function refuseInvalid({ definition }: KindStore, object: KubeObject, issues: readonly FieldIssue[]): void {
  if (issues.length === 0) return;
  const causes = issues.map(({ path, reason, message }) => ({ field: path, reason, message }));
  throw invalid(definition, object.metadata.name, causes);
}

interface UpdateCall {
  readonly context: CallContext;
  readonly name: string;
  readonly change: Change;
  readonly options: WriteOptions & { readonly kind: UpdateKind };
}

/**
 * Works out the new state against the newest one, and again against whatever stood in the way when it loses a race: a
 * change that names a resourceVersion then finds that it does not match. The store tells losers when the winner is
 * durable, so trying again never spins.
 */
async function update(kind: KindStore, section: Section | undefined, call: UpdateCall): Promise<Outcome> {
  const { cache } = kind;
  const { name, context } = call;
  const { namespace } = context.attributes;
  await cache.reached(undefined, { signal: context.signal });
  const entry = cache.get(namespace, name);
  let current: Version | undefined = entry && versionOfEntry(kind, entry);
  for (;;) {
    context.signal.throwIfAborted();
    if (current === undefined) {
      const created = await createByUpdate(kind, section, call);
      if (created !== undefined) return { value: created, created: true };
    } else {
      const value = await write(kind, section, call, current);
      if (!(value instanceof StoreError)) return { value, created: false };
      current = await winnerOf(kind, namespace, name, value);
      continue;
    }
    const winner = cache.get(namespace, name);
    current = winner && versionOfEntry(kind, winner);
  }
}

/** undefined: somebody else was faster. */
async function createByUpdate(
  kind: KindStore,
  section: Section | undefined,
  { context, name, change, options }: UpdateCall,
): Promise<ObjectValue | undefined> {
  const may = options.kind === 'apply' || (options.kind === 'replace' && kind.strategy.allowCreateOnUpdate);
  if (!may || section !== undefined) throw notFound(kind.definition, name);
  const object = await change(undefined);
  const { resourceVersion, ...metadata } = object.metadata as Partial<KubeObject['metadata']>;
  if (resourceVersion !== undefined && resourceVersion !== '') throw notFound(kind.definition, name);
  try {
    return await create(kind, context, { ...object, metadata: { ...metadata, name } } as KubeObject, options);
  } catch (error) {
    const lost = error instanceof Error && error.cause instanceof StoreError && error.cause.code === 'AlreadyExists';
    if (lost) {
      await kind.cache.reached(undefined, { signal: context.signal });
      return undefined;
    }
    throw error;
  }
}

/** The version that stood in our way. */
async function winnerOf(
  kind: KindStore,
  namespace: string,
  name: string,
  lost: StoreError,
): Promise<Version | undefined> {
  if (lost.current !== undefined) {
    const { value, modRevision } = lost.current;
    return versionOfBytes(kind, value, modRevision);
  }
  await kind.cache.reached();
  const entry = kind.cache.get(namespace, name);
  return entry && versionOfEntry(kind, entry);
}

/** One attempt. Returns the store's error when somebody else was faster. */
async function write(
  kind: KindStore,
  section: Section | undefined,
  call: UpdateCall,
  { object: current, stored, revision }: Version,
): Promise<ObjectValue | StoreError> {
  const { strategy, cache } = kind;
  const { options } = call;
  const asked = await call.change(current);
  const place = { namespace: current.metadata.namespace ?? '', name: current.metadata.name };
  const next = asked === current ? current : await prepareNext(kind, section, call, asked, current);
  if (isSame(toStored(kind, next), stored)) {
    await cache.reached(revision);
    return valueOfBytes(kind, place, encodeObject(stored), revision);
  }
  if (options.dryRun) return valueOfObject(kind, next);
  const bytes = encodeStored(kind, next);
  const key = keyOf(kind, place.namespace, place.name);
  try {
    if (isReleased(kind, next)) {
      await cache.reached(await kind.store.delete(key, revision));
      // as it was when it went: the version of the deletion is the watchers'
      return valueOfBytes(kind, place, bytes, revision);
    }
    const written = await kind.store.update(key, bytes, revision, ttlOf(strategy));
    await cache.reached(written);
    return valueOfBytes(kind, place, bytes, written);
  } catch (error) {
    if (error instanceof StoreError && (error.code === 'Conflict' || error.code === 'NotFound')) return error;
    throw error;
  }
}

/** The last finalizer of an object that is being deleted has gone. */
export function isReleased({ strategy }: KindStore, object: KubeObject): boolean {
  const { deletionTimestamp, finalizers = [] } = object.metadata;
  return deletionTimestamp !== undefined && finalizers.length === 0 && !(strategy.isHeld?.(object) ?? false);
}

async function prepareNext(
  kind: KindStore,
  section: Section | undefined,
  call: UpdateCall,
  asked: KubeObject,
  current: KubeObject,
): Promise<KubeObject> {
  const { definition, strategy, schema, admission } = kind;
  const { options, context } = call;
  const { attributes } = context;
  const { uid, resourceVersion = '' } = asked.metadata as Partial<KubeObject['metadata']>;
  checkPreconditions(definition, current, { uid, resourceVersion });
  if (options.kind === 'replace' && resourceVersion === '' && !strategy.allowUnconditionalUpdate) {
    const cause = {
      reason: 'FieldValueInvalid',
      field: 'metadata.resourceVersion',
      message: 'Invalid value: 0: must be specified for an update',
    } as const;
    throw invalid(definition, current.metadata.name, [cause]);
  }
  const statusIsApart = definition.subresources.includes('status');
  const merged =
    section === undefined
      ? mainSection(asked, current, statusIsApart)
      : withOwnersOf(section(asked, current), asked, options);
  const identified = keepIdentity(merged, current, definition);
  const prepared =
    section === undefined ? (strategy.prepareForUpdate?.(identified, current) ?? identified) : identified;
  const request = { attributes, operation: 'UPDATE', oldObject: current, dryRun: options.dryRun } as const;
  const admitted = await admission.mutate({ ...request, object: prepared });
  const counted = strategy.tracksGeneration ? withGeneration(admitted, current, statusIsApart) : admitted;
  const next = trackFields(kind, counted, current, options, attributes.subresource);
  if (next === current) return current;
  refuseInvalid(kind, next, [
    ...validateMetadata(next.metadata, strategy),
    ...validateMetadataUpdate(next.metadata, current.metadata),
    ...schema.validate(next as unknown as JsonObject, current as unknown as JsonObject),
    ...(strategy.validate?.(next, current) ?? []),
  ]);
  await admission.validate({ ...request, object: next });
  return next;
}

/** An apply through a subresource brings its managed fields along; other writes have theirs worked out. */
function withOwnersOf(object: KubeObject, asked: KubeObject, { operation }: WriteOptions): KubeObject {
  const { managedFields } = asked.metadata;
  if (operation !== 'Apply' || managedFields === undefined) return object;
  return { ...object, metadata: { ...object.metadata, managedFields } };
}

/** Writes of the object itself leave the status alone where that has a subresource of its own. */
const mainSection = (next: KubeObject, current: KubeObject, statusIsApart: boolean): KubeObject =>
  statusIsApart ? withStatusOf(next, current) : next;
