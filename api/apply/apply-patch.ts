import type { JsonObject } from '../../schemas/object.ts';
import { isObject, own, shallow, without } from '../../schemas/structural/own.ts';
import type { Structural } from '../../schemas/structural/structural.ts';
import { compareObjects } from './compare.ts';
import { ApplyConflict } from './conflict.ts';
import { extractFields } from './extract.ts';
import { emptySet, sameSet, union, type FieldSet } from './field-set.ts';
import type { FieldSetCache } from './fields-v1.ts';
import { kubectlManager, lastAppliedFields, refreshLastApplied } from './last-applied.ts';
import {
  idOf,
  readManagers,
  reconcileManagers,
  touched,
  withManagers,
  type Manager,
  type Managers,
} from './managers.ts';
import { mergeApplied } from './merge.ts';
import { takeFromOthers } from './ownership.ts';
import { pruneOmitted } from './prune-omitted.ts';
import { reachable, tracked, type Reach } from './tracked.ts';

/** One server-side apply. */
export interface ApplyRequest extends Reach {
  readonly schema: Structural;
  /** As stored; absent when the apply creates the object. */
  readonly live: JsonObject | undefined;
  /** The fields that the manager has an opinion about. Pruned of unknown fields, without managedFields, not defaulted. */
  readonly applied: JsonObject;
  readonly manager: string;
  readonly apiVersion: string;
  /** Take fields from others instead of a conflict. */
  readonly force: boolean;
  /** RFC 3339, seconds. */
  readonly now: string;
  /** One a server, so that stored sets are parsed once. */
  readonly cache?: FieldSetCache;
}

export interface ApplyResult {
  /** To be defaulted, validated and stored; the live object itself when the apply changes nothing. Carries managedFields. */
  readonly object: JsonObject;
  /** Who owns what has changed, although perhaps no value has. */
  readonly managedFieldsChanged: boolean;
}

/** Who owns what was there before anybody applied, on objects without managedFields. */
const beforeFirstApply = 'before-first-apply';

/**
 * Server-side apply. The manager's fields get the applied values; what it applied before and leaves out now goes, unless
 * another manager owns it; the same value in two managers' hands is shared. Defaults that are filled in later belong to nobody.
 *
 * @throws {ApplyConflict} (409) another manager owns a field that would change, and `force` is off
 * @throws {ApplyInvalid} (422) two items of a keyed list or set are the same one
 * @throws {ManagedFieldsError} (500) the stored managedFields cannot be read
 */
export function applyPatch(request: ApplyRequest): ApplyResult {
  try {
    return apply(request);
  } catch (cause) {
    if (!(cause instanceof ApplyConflict) || request.manager !== kubectlManager || request.force) throw cause;
    return takeOver(request, cause);
  }
}

function apply(request: ApplyRequest): ApplyResult {
  const { schema, live, manager, apiVersion, now, cache, subresource } = request;
  const root = schema.root;
  const applied = reachableFields(request);
  const former = trackedManagers(request);
  const id = idOf({ manager, operation: 'Apply', apiVersion, subresource });
  const last = former.get(id);
  const fields = tracked(reachable(extractFields(root, applied), request));
  const mine: Manager = { manager, operation: 'Apply', apiVersion, subresource, time: last?.time, fields };
  const claimed = new Map(former).set(id, mine);
  const laid = mergeApplied(root, live ?? {}, applied);
  const kept = last === undefined ? laid : pruneOmitted(root, laid, last.fields, ownedByAny(claimed));
  const comparison = compareObjects(root, live ?? {}, kept);
  const changed = tracked(reachable(comparison.changed, request));
  const managers = takeFromOthers(claimed, { changed, removed: comparison.removed }, id, request.force);
  const merged = manager === kubectlManager ? refreshLastApplied(kept, applied) : kept;
  const sameOwners = last?.apiVersion === apiVersion && sameSet(last.fields, fields) && unchanged(managers, former, id);
  const sameValues = live !== undefined && merged === live;
  if (sameValues && sameOwners) return { object: live, managedFieldsChanged: false };
  // who only shares what is there already has changed nothing: the time stays what it was, none for a newcomer
  managers.set(id, sameValues ? mine : touched(mine, now));
  return { object: withManagers(merged, managers, cache), managedFieldsChanged: !sameOwners };
}

/** Whether all managers but one are as they were. */
function unchanged(managers: Managers, former: Managers, except: string): boolean {
  if (managers.size !== former.size) return false;
  for (const [id, manager] of managers) if (id !== except && former.get(id) !== manager) return false;
  return true;
}

/** Applies with force when all that stands in the way is what the last-applied annotation already said. */
function takeOver(request: ApplyRequest, conflict: ApplyConflict): ApplyResult {
  const allowed = lastAppliedFields(request.schema.root, request.live);
  const left = conflict.without(allowed);
  if (left.length > 0) throw new ApplyConflict(left);
  return apply({ ...request, force: true });
}

/** What an applied object may say: nothing of the server's own fields, nothing beyond the subresource's reach. */
function reachableFields({ applied, live, subresource, statusSubresource = false }: ApplyRequest): JsonObject {
  const liveMetadata = live && own(live, 'metadata');
  const metadata = own(applied, 'metadata');
  const kept = shallow(applied);
  if (subresource === 'status') {
    for (const name of Object.keys(kept)) if (!throughStatus.has(name)) delete kept[name];
    // through status, nothing of metadata can be written: the live one stands
    return { ...kept, metadata: isObject(liveMetadata) ? liveMetadata : {} };
  }
  if (statusSubresource) delete kept['status'];
  if (isObject(metadata)) kept['metadata'] = serverFields.reduce(without, metadata);
  return kept;
}

const throughStatus: ReadonlySet<string> = new Set(['apiVersion', 'kind', 'metadata', 'status']);

/** Clients send these back as they got them, or as null; only the server sets them. */
const serverFields = ['creationTimestamp', 'generation', 'managedFields', 'resourceVersion', 'selfLink', 'uid'];

function trackedManagers(request: ApplyRequest): Managers {
  const { schema, live, apiVersion, now, cache } = request;
  const managers = reconcileManagers(schema.root, readManagers(live, cache));
  if (live === undefined || managers.size > 0) return managers;
  const fields = tracked(compareObjects(schema.root, {}, live).changed);
  const identity = { manager: beforeFirstApply, operation: 'Update', apiVersion, subresource: undefined } as const;
  return new Map([[idOf(identity), { ...identity, time: now, fields }]]);
}

const ownedByAny = (managers: Managers): FieldSet =>
  [...managers.values()].reduce((all, manager) => union(all, manager.fields), emptySet);
