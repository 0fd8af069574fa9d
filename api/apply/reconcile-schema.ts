import { leafSet, setOf, type FieldSet } from './field-set.ts';
import { fieldOf, placeOfField, type Place } from './shape.ts';

/**
 * What a manager owns, as the schema has it by now. Where a map or list has become atomic since the set was written, who
 * owned a part of it owns the whole: else somebody could change the whole without a conflict, and the parts would stay owned
 * by a name for ever. What has become granular needs no change: the owner of the whole goes on owning just that.
 */
export function reconcileWithSchema(place: Place, set: FieldSet): FieldSet {
  if (place === undefined || set.children.size === 0) return set;
  let children: Map<string, FieldSet> | undefined;
  for (const [step, child] of set.children) {
    const name = fieldOf(step);
    const below = name === undefined ? place.items : placeOfField(place, name);
    const now = isAtomic(below) && child.children.size > 0 ? leafSet : reconcileWithSchema(below, child);
    if (now !== child) (children ??= new Map(set.children)).set(step, now);
  }
  return children === undefined ? set : setOf(set.member, children);
}

/** Of no stated type are values that the schema leaves open: they are owned by what they look like. */
function isAtomic(place: Place): boolean {
  if (place?.type === 'object') return place.mapType === 'atomic';
  return place?.type === 'array' && place.listType === 'atomic';
}
