/** Deletes of a stored kind: at once, or held by finalizers until somebody is done. */
import type { KubeObject, Status } from '../../schemas/object.ts';
import { formatTime } from '../../schemas/values/time.ts';
import { equal } from '../../schemas/structural/equal.ts';
import type { JsonObject } from '../../schemas/object.ts';
import type { ObjectValue } from '../pipeline/response.ts';
import { forbidden, notFound } from '../status-error.ts';
import { StoreError } from '../store/store.ts';
import { asStatusError, keyOf, type KindStore } from './kind-store.ts';
import { checkPreconditions, raiseGeneration } from './object-rules.ts';
import {
  encodeStored,
  valueOfBytes,
  valueOfObject,
  versionOfBytes,
  versionOfEntry,
  type Version,
} from './object-value.ts';
import { isReleased } from './object-writer.ts';
import type { CallContext, CollectionDeleter, Deleter, DeleteOptions, Lister } from './resource.ts';

/** Deletes of a collection that run at once. */
const PARALLEL_DELETES = 16;

type Outcome = { readonly held: ObjectValue } | { readonly gone: Status };

export function createDeleter(kind: KindStore): Deleter {
  return {
    async delete(context, name, options) {
      try {
        return await remove(kind, context, name, options);
      } catch (error) {
        throw asStatusError(error, kind.definition, name);
      }
    },
  };
}

export function createCollectionDeleter(kind: KindStore, lister: Lister): CollectionDeleter {
  const deleter = createDeleter(kind);
  return {
    async deleteCollection(context, query, options) {
      const page = await lister.list(context, query);
      const waiting = page.items.values();
      const worker = async (): Promise<void> => {
        for (const item of waiting) {
          const { name, uid } = item.object().metadata;
          await deleter
            .delete(context, name, { ...options, preconditions: { uid, ...options.preconditions } })
            .catch(unlessGone);
        }
      };
      await Promise.all(Array.from({ length: PARALLEL_DELETES }, worker));
      return page;
    },
  };
}

/** Somebody else deleted it, or made another of that name: not ours to delete. */
function unlessGone(error: unknown): void {
  const code = (error as { readonly status?: { readonly code?: number } }).status?.code;
  if (code !== 404 && code !== 409) throw error;
}

async function remove(kind: KindStore, context: CallContext, name: string, options: DeleteOptions): Promise<Outcome> {
  const { cache, definition, strategy } = kind;
  const { attributes, signal } = context;
  const { namespace } = attributes;
  await cache.reached(undefined, { signal });
  const entry = cache.get(namespace, name);
  let current: Version | undefined = entry && versionOfEntry(kind, entry);
  for (;;) {
    signal.throwIfAborted();
    if (current === undefined) throw notFound(definition, name);
    checkPreconditions(definition, current.object, options.preconditions);
    const refused = strategy.refuseDelete?.(name);
    if (refused !== undefined) throw forbidden(definition, name, refused);
    await kind.admission.validate({
      attributes,
      operation: 'DELETE',
      oldObject: current.object,
      dryRun: options.dryRun,
    });
    const outcome = await attempt(kind, current, options);
    if (!(outcome instanceof StoreError)) return outcome;
    const winner = outcome.current;
    current = winner && versionOfBytes(kind, winner.value, winner.modRevision);
  }
}

/** Returns the store's error when somebody else was faster. */
async function attempt(
  kind: KindStore,
  { object, revision }: Version,
  { dryRun, propagationPolicy, gracePeriodSeconds }: DeleteOptions,
): Promise<Outcome | StoreError> {
  const { cache, strategy } = kind;
  const { name, namespace = '' } = object.metadata;
  const next = marked(kind, object, propagationPolicy, gracePeriodSeconds);
  const key = keyOf(kind, namespace, name);
  try {
    if (isReleased(kind, next)) {
      if (!dryRun) await cache.reached(await kind.store.delete(key, revision));
      return { gone: goneStatus(kind, object) };
    }
    if (dryRun) return { held: valueOfObject(kind, next) };
    const bytes = encodeStored(kind, next);
    if (equal(next as unknown as JsonObject, object as unknown as JsonObject)) {
      await cache.reached(revision);
      return { held: valueOfBytes(kind, { namespace, name }, bytes, revision) };
    }
    const written = await kind.store.update(
      key,
      bytes,
      revision,
      strategy.ttlSeconds === undefined ? {} : { ttlSeconds: strategy.ttlSeconds },
    );
    await cache.reached(written);
    return { held: valueOfBytes(kind, { namespace, name }, bytes, written) };
  } catch (error) {
    if (error instanceof StoreError && (error.code === 'Conflict' || error.code === 'NotFound')) return error;
    throw error;
  }
}

/** The object with its deletion asked for. Asking again changes nothing but the policy, and shortens the time of grace. */
function marked(
  { strategy, origins }: KindStore,
  object: KubeObject,
  policy: DeleteOptions['propagationPolicy'],
  asked: number | undefined,
): KubeObject {
  const { deletionTimestamp, deletionGracePeriodSeconds, finalizers } = object.metadata;
  const grace = strategy.graceful ? graceOf(asked, deletionGracePeriodSeconds) : 0;
  const held = finalizersFor(finalizers ?? [], policy);
  const metadata = {
    ...object.metadata,
    ...(held.length > 0 || finalizers !== undefined ? { finalizers: held } : {}),
    ...(deletionTimestamp === undefined ? { deletionTimestamp: formatTime(origins.now()) } : {}),
    ...(deletionTimestamp === undefined || strategy.graceful ? { deletionGracePeriodSeconds: grace } : {}),
  };
  const next = { ...object, metadata };
  if (deletionTimestamp !== undefined) return next;
  const prepared = strategy.prepareForDelete?.(next) ?? next;
  const counts = object.metadata.generation !== undefined && strategy.deletionIsNoChange !== true;
  return counts ? raiseGeneration(prepared) : prepared;
}

/**
 * Seconds that somebody asked for, 1 at least; 0 means that nobody did, and that the controller decides. That is what stands
 * on every custom resource of a Kubernetes API server, so a controller reads both alike.
 */
function graceOf(asked: number | undefined, before: number | undefined): number {
  const wishes = [asked === undefined ? 0 : Math.max(1, asked), before ?? 0].filter((seconds) => seconds > 0);
  return wishes.length === 0 ? 0 : Math.min(...wishes);
}

/** The garbage collector's own finalizers say what is to become of dependents. */
function finalizersFor(finalizers: readonly string[], policy: DeleteOptions['propagationPolicy']): readonly string[] {
  if (policy === undefined) return finalizers;
  const others = finalizers.filter((one) => one !== 'orphan' && one !== 'foregroundDeletion');
  if (policy === 'Background') return others;
  return [...others, policy === 'Orphan' ? 'orphan' : 'foregroundDeletion'];
}

function goneStatus({ definition }: KindStore, { metadata }: KubeObject): Status {
  const { group, plural } = definition;
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    details: { name: metadata.name, ...(group === '' ? {} : { group }), kind: plural, uid: metadata.uid },
  };
}
