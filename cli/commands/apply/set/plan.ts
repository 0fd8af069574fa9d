/** Which members of an ApplySet go because the files have them no more: pure. */
import type { KubeObject, ObjectInput } from '../../../../schemas/object.ts';
import { isPruneDisabled } from '../../../../schemas/values/apply-set/marks.ts';
import { heldBy, neededBy, pruneStages } from '../../../../schemas/values/apply-set/order.ts';
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
  /** Others that are released would go with them, so they are released, too, and first. */
  readonly holding: readonly Member[];
  /** They stay, and are members no more. */
  readonly released: readonly Member[];
  /** They stay, and stay members. */
  readonly left: readonly { readonly member: Member; readonly why: string }[];
}

/** What is being deleted already is in none of the lists. */
export function planPrune({ unwanted, wanted, parent }: PruneFacts): PrunePlan {
  const whyAlone = ({ object }: Member): string | undefined => {
    const { uid, ownerReferences = [] } = object.metadata;
    if (uid === parent.uid) return 'it is the parent of the set';
    const owner = ownerReferences.find((one) => one.uid !== parent.uid);
    return owner === undefined ? undefined : `it belongs to ${owner.kind} ${owner.name}`;
  };
  const there = unwanted.filter(({ object }) => object.metadata.deletionTimestamp === undefined);
  const staying = there.filter((member) => whyAlone(member) !== undefined).map(({ object }) => object);
  const isNeeded = neededBy([...wanted, ...staying], parent.namespace);
  const left = there.flatMap((member) => {
    const why = whyAlone(member) ?? (isNeeded(member.object) ? 'objects of the set need it' : undefined);
    return why === undefined ? [] : [{ member, why }];
  });
  const leftMembers = new Set(left.map(({ member }) => member));
  const going = there.filter((member) => !leftMembers.has(member));
  const released = going.filter(({ object }) => isPruneDisabled(object));
  const unkept = going.filter(({ object }) => !isPruneDisabled(object));
  const holders = new Set(heldBy(objectsOf(released), objectsOf(unkept)));
  const members = new Map(unkept.map((member) => [member.object, member]));
  const deleted = [...members.keys()].filter((object) => !holders.has(object));
  return {
    deleted: pruneStages(deleted).map((stage) => stage.flatMap((object) => members.get(object) ?? [])),
    holding: unkept.filter(({ object }) => holders.has(object)),
    released,
    left,
  };
}

const objectsOf = (members: readonly Member[]): readonly KubeObject[] => members.map(({ object }) => object);
