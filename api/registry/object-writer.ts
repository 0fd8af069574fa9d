/** Creates and updates of a stored kind: the road from a wish to durable bytes. */
import type { KubeObject } from '../../schemas/object.ts';
import type { ObjectValue } from '../pipeline/response.ts';
import { alreadyExists, conflict, forbidden, notFound } from '../status-error.ts';
import { StoreError } from '../store/store.ts';
import { encodeObject } from '../watch-cache/stored-object.ts';
import { asStatusError, keyOf, type KindStore } from './kind-store.ts';
import { beginObject, checkIdentity, isSame, withGeneratedName } from './object-rules.ts';
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
import { prepareNew, prepareNext, type Section } from './prepare-object.ts';
import { withoutRepeatedOwners } from './tidy-metadata.ts';

/** How often a generated name may collide before the client hears of it. */
const NAME_ATTEMPTS = 8;

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
  const begun = withoutRepeatedOwners(
    beginObject(input, definition, attributes.namespace, origins, strategy.tracksGeneration),
    '',
    context.warn,
  );
  for (let attempt = 1; ; attempt++) {
    const named = withGeneratedName(begun, origins);
    checkNamespace(kind, named);
    const object = await prepareNew(kind, context, named, options);
    try {
      return await store(kind, object, options);
    } catch (error) {
      const collided = error instanceof StoreError && error.code === 'AlreadyExists';
      if (collided && named !== begun && attempt < NAME_ATTEMPTS) continue;
      if (collided) throw await takenName(kind, object, error);
      throw asStatusError(error, definition, object.metadata.name);
    }
  }
}

/** Why a name is taken; the cause says that the store knows it. */
async function takenName(
  { cache, definition }: KindStore,
  { metadata }: KubeObject,
  cause: StoreError,
): Promise<Error> {
  await cache.reached();
  return Object.assign(alreadyExists(definition, metadata.name, isDeleting(cache, metadata)), { cause });
}

function isDeleting(cache: KindStore['cache'], { namespace = '', name }: KubeObject['metadata']): boolean {
  const entry = cache.get(namespace, name);
  return entry !== undefined && cache.object(entry).metadata.deletionTimestamp !== undefined;
}

async function store(kind: KindStore, object: KubeObject, { dryRun }: WriteOptions): Promise<ObjectValue> {
  const { cache, definition, strategy } = kind;
  const { name, namespace = '' } = object.metadata;
  if (dryRun) {
    if (cache.get(namespace, name) !== undefined) {
      throw alreadyExists(definition, name, isDeleting(cache, object.metadata));
    }
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

/**
 * undefined: somebody else was faster. An apply that names a uid means an object that was there. One that names a
 * resourceVersion creates all the same, as on Kubernetes: with a version that no object can have, it creates or is refused.
 */
async function createByUpdate(
  kind: KindStore,
  section: Section | undefined,
  { context, name, change, options }: UpdateCall,
): Promise<ObjectValue | undefined> {
  const may = options.kind === 'apply' || (options.kind === 'replace' && kind.strategy.allowCreateOnUpdate);
  if (!may || section !== undefined) throw notFound(kind.definition, name);
  const object = await change(undefined);
  const { resourceVersion, ...metadata } = object.metadata as Partial<KubeObject['metadata']>;
  if (options.kind === 'apply') refuseUid(kind, name, metadata.uid);
  else if (resourceVersion !== undefined && resourceVersion !== '') throw notFound(kind.definition, name);
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

function refuseUid({ definition }: KindStore, name: string, uid = ''): void {
  if (uid === '') return;
  const why = `uid mismatch: the provided object specified uid ${uid}, and no existing object was found`;
  throw conflict(definition, name, why);
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
