import type { JsonObject, JsonValue } from '../../schemas/object.ts';
import { isObject } from '../../schemas/structural/own.ts';
import type { Structural } from '../../schemas/structural/structural.ts';
import { capUpdaters } from './cap-updaters.ts';
import { compareObjects } from './compare.ts';
import { isEmpty, union } from './field-set.ts';
import type { FieldSetCache } from './fields-v1.ts';
import {
  idOf,
  managedFieldsOf,
  ManagedFieldsError,
  readManagers,
  reconcileManagers,
  touched,
  withFields,
  withManagers,
  type Manager,
  type Managers,
} from './managers.ts';
import { takeFromOthers } from './ownership.ts';
import { reachable, tracked, type Reach } from './tracked.ts';

/** A create, update, or patch of any type but apply, as it is about to be stored. */
export interface RecordUpdateRequest extends Reach {
  readonly schema: Structural;
  /** As stored; absent for a create. */
  readonly live: JsonObject | undefined;
  /** As it will be stored: pruned, defaulted, server fields set. Its managedFields are what the client sent. */
  readonly updated: JsonObject;
  /** Field manager: the query parameter, or the User-Agent up to its first `/`. */
  readonly manager: string;
  /** Of the request. */
  readonly apiVersion: string;
  /** RFC 3339, seconds. */
  readonly now: string;
  /** One a server, so that stored sets are parsed once. */
  readonly cache?: FieldSetCache;
}

/**
 * The object with its `metadata.managedFields` brought up to date: the manager takes what changed, everybody loses what
 * changed or went. When nothing changed the former entries stay, times included. A sent `[{}]` clears them; other entries
 * that a client sends replace the stored ones (so that they can be edited), unless they cannot be read.
 */
export function recordUpdate(request: RecordUpdateRequest): JsonObject {
  const { schema, live, updated, manager, apiVersion, now, cache, subresource } = request;
  const former = reconcileManagers(schema.root, formerManagers(request));
  // no one tracks an object from which managedFields were cleared, until somebody applies again
  if (live !== undefined && former.size === 0) return withManagers(updated, former, cache);
  const comparison = compareObjects(schema.root, live ?? {}, updated);
  const changed = tracked(reachable(comparison.changed, request));
  if (isEmpty(changed) && isEmpty(tracked(comparison.removed))) return withManagers(updated, former, cache);
  const managers = takeFromOthers(former, { changed, removed: comparison.removed }, undefined, true);
  if (isEmpty(changed)) return withManagers(updated, managers, cache);
  const identity = { manager, operation: 'Update', apiVersion, subresource } as const;
  const mine: Manager = managers.get(idOf(identity)) ?? { ...identity, time: now, fields: changed };
  managers.set(idOf(identity), touched(withFields(mine, union(mine.fields, changed)), now));
  return withManagers(updated, capUpdaters(managers), cache);
}

/** The managers to start from: what the client sent, if it sent any that can be read, else the stored ones. */
function formerManagers({ live, updated, subresource, cache }: RecordUpdateRequest): Managers {
  const sent = subresource === undefined ? managedFieldsOf(updated) : undefined;
  const stored = managedFieldsOf(live);
  if (sent !== undefined && sent !== stored) {
    if (isReset(sent)) return new Map();
    const managers = readOrNothing(updated, cache);
    if (managers.size > 0) return managers;
  }
  return readOrNothing(live, cache);
}

/** A list of one empty entry: how a client asks to forget all. */
export const isReset = (entries: readonly JsonValue[]): boolean =>
  entries.length === 1 && isObject(entries[0]) && Object.keys(entries[0]).length === 0;

/** Unreadable entries count as none, as on a real server: a write must not fail because of somebody's bookkeeping. */
function readOrNothing(object: JsonObject | undefined, cache: FieldSetCache | undefined): Managers {
  try {
    return readManagers(object, cache);
  } catch (cause) {
    if (cause instanceof ManagedFieldsError) return new Map();
    throw cause;
  }
}
