import type { JsonObject } from '../../schemas/object.ts';
import { extractFields } from './extract.ts';
import { difference, intersection, isEmpty, union, type FieldSet } from './field-set.ts';
import { removeFields, withNamedFields } from './remove.ts';
import type { Place } from './shape.ts';

/**
 * Takes out of a merged object what its applier applied the last time and leaves out now, unless somebody owns it.
 * @param last what the applier owned before
 * @param owned what anybody owns now, the applier included
 */
export function pruneOmitted(root: Place, merged: JsonObject, last: FieldSet, owned: FieldSet): JsonObject {
  const omitted = difference(last, owned);
  if (isEmpty(omitted)) return merged;
  const lastNamed = withNamedFields(root, last);
  const all = withNamedFields(root, extractFields(root, merged));
  const remaining = (object: JsonObject): FieldSet => withNamedFields(root, extractFields(root, object));
  const bare = removeFields(root, merged, lastNamed);
  // what somebody owns comes back, and with it what stands inside of it unowned
  const kept = removeFields(root, merged, difference(all, union(remaining(bare), withNamedFields(root, owned))));
  return removeFields(root, merged, intersection(difference(all, remaining(kept)), lastNamed));
}
