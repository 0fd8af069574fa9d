import type { Extent } from '../../schemas/values/apply-set/extent.ts';
import type { Application } from './application.ts';
import type { ObjectId } from './names.ts';
import type { Target } from './target.ts';

/**
 * A pass that found everything applied, and nobody else concerned. The next one has to look only at what was not healthy then, and at what is another one
 * since: objects of files that changed, and members to which something happened. It can be lost: then everything is looked at.
 */
export interface CleanPass {
  /** Stands for what it was made by, besides the objects: the spec, and the kinds that are served. */
  readonly key: string;
  readonly targets: ReadonlySet<Target>;
  readonly ids: ReadonlySet<ObjectId>;
  readonly unhealthy: ReadonlySet<ObjectId>;
  readonly extent: Extent;
}

export interface Wanted {
  readonly targets: readonly Target[];
  readonly ids: ReadonlySet<ObjectId>;
  readonly key: string;
}

/**
 * What has to be looked at; undefined: all of it, because the pass before found something amiss, was made by another spec, or something is to go.
 * @param changed members of the ApplySet to which something happened since that pass began; undefined: nobody knows
 */
export function dueTargets(
  before: CleanPass | undefined,
  { targets, ids, key }: Wanted,
  changed: ReadonlySet<ObjectId> | undefined,
): readonly Target[] | undefined {
  if (before === undefined || changed === undefined || before.key !== key) return undefined;
  if (!before.ids.isSubsetOf(ids) || !changed.isSubsetOf(ids)) return undefined;
  const isDue = ({ id }: Target): boolean => changed.has(id) || before.unhealthy.has(id);
  return targets.filter((target) => !before.targets.has(target) || isDue(target));
}

/** Nothing is left to apply, to prune or to be told of. */
export function isClean({ applied, pruned }: Application): boolean {
  const { refused, pending, theirs, differing } = applied;
  const isPruned =
    pruned !== undefined &&
    pruned.deleted + pruned.ending.length === 0 &&
    !pruned.isOpen &&
    !pruned.isEntangled &&
    pruned.blocked === undefined;
  return isPruned && [refused, pending, theirs, differing].every((list) => list.length === 0);
}
