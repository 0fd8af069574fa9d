/** Which members of an ApplySet go because the files have them no more: pure. */
import type { KubeObject, ObjectInput } from '../../../../schemas/object.ts';
import { isPruneDisabled } from '../../../../schemas/values/apply-set/marks.ts';
import { neededBy, pruneStages } from '../../../../schemas/values/apply-set/order.ts';
import type { KindInfo } from '../../../kinds/directory.ts';

/** An object that carries the label of the set. */
export interface Member {
  readonly kind: KindInfo;
  readonly object: KubeObject;
}

export interface PruneFacts {
  /** Those that the files have not. */
  readonly unwanted: readonly Member[];
  readonly wanted: readonly ObjectInput[];
  readonly parent: { readonly uid?: string; readonly namespace?: string };
}

export interface PrunePlan {
  /** In this order; what others need goes last. */
  readonly deleted: readonly (readonly Member[])[];
  /** They stay, and are members no more. */
  readonly released: readonly Member[];
  /** They stay, and stay members. */
  readonly left: readonly { readonly member: Member; readonly why: string }[];
}

/** What is being deleted already is in none of the lists. */
export function planPrune({ unwanted, wanted, parent }: PruneFacts): PrunePlan {
  const isNeeded = neededBy(wanted, parent.namespace);
  const whyLeft = ({ object }: Member): string | undefined => {
    const { uid, ownerReferences = [] } = object.metadata;
    if (uid === parent.uid) return 'it is the parent of the set';
    if (isNeeded(object)) return 'objects of the set need it';
    const owner = ownerReferences.find((one) => one.uid !== parent.uid);
    return owner === undefined ? undefined : `it belongs to ${owner.kind} ${owner.name}`;
  };
  const there = unwanted.filter(({ object }) => object.metadata.deletionTimestamp === undefined);
  const left = there.flatMap((member) => {
    const why = whyLeft(member);
    return why === undefined ? [] : [{ member, why }];
  });
  const staying = new Set(left.map(({ member }) => member));
  const going = there.filter((member) => !staying.has(member));
  const deleted = going.filter(({ object }) => !isPruneDisabled(object));
  const members = new Map(deleted.map((member) => [member.object, member]));
  return {
    deleted: pruneStages([...members.keys()]).map((stage) => stage.flatMap((object) => members.get(object) ?? [])),
    released: going.filter(({ object }) => isPruneDisabled(object)),
    left,
  };
}
