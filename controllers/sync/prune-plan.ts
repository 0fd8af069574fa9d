/** What has to go because the files have it no more: pure. */
import type { Sync } from '../../schemas/gen/types.ts';
import type { KubeObject, ObjectInput } from '../../schemas/object.ts';
import { isPruneDisabled } from '../../schemas/values/apply-set/marks.ts';
import { heldBy, neededBy } from '../../schemas/values/apply-set/order.ts';
import { fingerprint } from '../../schemas/values/fingerprint.ts';
import { idOf, shownObject, type ObjectId } from './names.ts';

export interface PruneFacts {
  readonly sync: Sync;
  /** Everything that carries our label. */
  readonly members: readonly KubeObject[];
  readonly wanted: readonly ObjectInput[];
  /** What other Syncs have in their newest files. */
  readonly elsewhere: readonly ObjectInput[];
  /** The digest that somebody approved. */
  readonly approved: string | undefined;
  /** Deleting the Sync itself knows no brake. */
  readonly hasBrake: boolean;
}

export interface Blocked {
  readonly objects: number;
  /** Of everything that stays: whoever approves it means these very files. */
  readonly digest: string;
  readonly examples: readonly string[];
}

export interface PrunePlan {
  readonly deleted: readonly KubeObject[];
  /** Others that are released would go with them, so they are released, too, and first. */
  readonly holding: readonly KubeObject[];
  /** They stay, and are members no more. */
  readonly released: readonly KubeObject[];
  /** Another Sync has them, or what they hold, in its files: they stay until it took them over. */
  readonly left: readonly KubeObject[];
  /** Deleted by somebody, and not gone yet. */
  readonly ending: readonly KubeObject[];
  readonly blocked?: Blocked;
}

/** So few may always go. */
const ALWAYS = 3;
const EXAMPLES = 10;

export function planPrune(facts: PruneFacts): PrunePlan {
  const { sync, members, approved, hasBrake } = facts;
  const wanted = idsOf(facts.wanted);
  const needed = neededBy([...facts.wanted, ...facts.elsewhere], sync.metadata.namespace);
  const elsewhere = idsOf(facts.elsewhere);
  const unwanted = members.filter((member) => !wanted.has(idOf(member)));
  const ending = unwanted.filter(({ metadata }) => metadata.deletionTimestamp !== undefined);
  const there = unwanted.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  const isLeft = (object: KubeObject): boolean =>
    elsewhere.has(idOf(object)) || needed(object) || object.metadata.uid === sync.metadata.uid;
  const left = there.filter(isLeft);
  const going = there.filter((object) => !isLeft(object));
  const released = going.filter(isPruneDisabled);
  const unkept = going.filter((object) => !isPruneDisabled(object));
  const holding = heldBy(released, unkept);
  const deleted = unkept.filter((object) => !holding.includes(object));
  const plan = { deleted, holding, released, left, ending };
  const alive = members.length - ending.length;
  if (!hasBrake || deleted.length <= ALWAYS || deleted.length * 2 <= alive) return plan;
  const digest = `sha256:${fingerprint([...wanted].sort(), 64)}`;
  if (approved === digest) return plan;
  const examples = deleted.map(shownObject).sort().slice(0, EXAMPLES);
  return { ...plan, deleted: [], blocked: { objects: deleted.length, digest, examples } };
}

const idsOf = (objects: readonly ObjectInput[]): ReadonlySet<ObjectId> =>
  new Set(objects.map((object) => idOf(object as KubeObject)));
