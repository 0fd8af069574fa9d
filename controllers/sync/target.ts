import type { RenderedObject } from './render/types.ts';
import { idOf, type ObjectId } from './names.ts';
import { isFirst } from '../../schemas/values/apply-set/order.ts';

/** One object that is wanted: of the files, or of a revision that was kept. */
export type WantedObject = Pick<RenderedObject, 'object' | 'scope' | 'digest' | 'file' | 'place'>;

export interface Target {
  readonly id: ObjectId;
  readonly wanted: WantedObject;
  /** Others need it before they can be. */
  readonly isFirst: boolean;
}

const targets = new WeakMap<WantedObject, Target>();

/** The very same for the very same object. */
export function targetOf(wanted: WantedObject): Target {
  const known = targets.get(wanted);
  if (known !== undefined) return known;
  const { object } = wanted;
  const target = { id: idOf(object), wanted, isFirst: isFirst(object) };
  targets.set(wanted, target);
  return target;
}
