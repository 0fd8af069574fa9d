/**
 * A set of field paths, as a tree: Kubernetes' structured-merge-diff calls it fieldpath.Set, on the wire it is `fieldsV1`.
 *
 * A step of a path is its wire text: `f:name` a field, `k:{"name":"http"}` an item of a keyed list, `v:"a"` an item of a set,
 * `i:0` an item by position. `member` says that the path up to here is itself in the set (`.` on the wire). Trees are
 * immutable and share structure; an operation that changes nothing gives back its left operand.
 */
export interface FieldSet {
  readonly member: boolean;
  readonly children: ReadonlyMap<string, FieldSet>;
}

const noChildren: ReadonlyMap<string, FieldSet> = new Map();

/** No path at all. */
export const emptySet: FieldSet = Object.freeze({ member: false, children: noChildren });

/** Just the path that leads here. */
export const leafSet: FieldSet = Object.freeze({ member: true, children: noChildren });

export const isEmpty = (set: FieldSet): boolean => !set.member && set.children.size === 0;

/** A tree from parts; empty children are left out. */
export function setOf(member: boolean, children: ReadonlyMap<string, FieldSet> | undefined): FieldSet {
  if (children === undefined || children.size === 0) return member ? leafSet : emptySet;
  return { member, children };
}

/** Paths in either. */
export function union(a: FieldSet, b: FieldSet): FieldSet {
  if (a === b || isEmpty(b)) return a;
  if (isEmpty(a)) return b;
  let children: Map<string, FieldSet> | undefined;
  for (const [step, right] of b.children) {
    const left = a.children.get(step);
    const both = left === undefined ? right : union(left, right);
    if (both !== left) (children ??= new Map(a.children)).set(step, both);
  }
  if (children === undefined && (a.member || !b.member)) return a;
  return setOf(a.member || b.member, children ?? a.children);
}

/** Paths of `a` that are not in `b`. Paths below a path of `b` stay. */
export const difference = (a: FieldSet, b: FieldSet): FieldSet => subtract(a, b, false);

/** Paths of `a` that are neither in `b` nor below a path of `b`. */
export const recursiveDifference = (a: FieldSet, b: FieldSet): FieldSet => subtract(a, b, true);

function subtract(a: FieldSet, b: FieldSet, recursive: boolean): FieldSet {
  if (isEmpty(b) || isEmpty(a)) return a;
  if (recursive && b.member) return emptySet;
  let children: Map<string, FieldSet> | undefined;
  const [fewer, others] = a.children.size <= b.children.size ? [a.children, b.children] : [b.children, a.children];
  for (const step of fewer.keys()) {
    if (!others.has(step)) continue;
    const left = a.children.get(step) ?? emptySet;
    const rest = subtract(left, b.children.get(step) ?? emptySet, recursive);
    if (rest === left) continue;
    children ??= new Map(a.children);
    if (isEmpty(rest)) children.delete(step);
    else children.set(step, rest);
  }
  const member = a.member && !b.member;
  return children === undefined && member === a.member ? a : setOf(member, children ?? a.children);
}

/** Paths in both. */
export function intersection(a: FieldSet, b: FieldSet): FieldSet {
  if (a === b) return a;
  const children = new Map<string, FieldSet>();
  let changed = a.member && !b.member;
  for (const [step, left] of a.children) {
    const right = b.children.get(step);
    const both = right === undefined ? emptySet : intersection(left, right);
    if (!isEmpty(both)) children.set(step, both);
    if (both !== left) changed = true;
  }
  return changed ? setOf(a.member && b.member, children) : a;
}

/** Whether both hold the same paths. */
export function sameSet(a: FieldSet, b: FieldSet): boolean {
  if (a === b) return true;
  if (a.member !== b.member || a.children.size !== b.children.size) return false;
  for (const [step, left] of a.children) {
    const right = b.children.get(step);
    if (right === undefined || !sameSet(left, right)) return false;
  }
  return true;
}

/** Whether a path is in the set. */
export function hasPath(set: FieldSet, path: readonly string[]): boolean {
  let at: FieldSet | undefined = set;
  for (const step of path) {
    at = at.children.get(step);
    if (at === undefined) return false;
  }
  return at.member;
}

/** All paths, in the real server's order: those that end here, then those that go on from here, each in the wire's order. */
export function* paths(set: FieldSet, prefix: readonly string[] = []): Generator<readonly string[]> {
  if (set.member && prefix.length === 0) yield prefix;
  const steps = [...set.children.keys()].sort(compareSteps);
  for (const step of steps) if (set.children.get(step)?.member) yield [...prefix, step];
  for (const step of steps) yield* paths(set.children.get(step) ?? emptySet, [...prefix, step]);
}

const rank = 'fkvi';

/** The wire's order: fields, keys, values, positions; each by its text, positions by number. */
export function compareSteps(a: string, b: string): number {
  const kinds = rank.indexOf(a[0] ?? '') - rank.indexOf(b[0] ?? '');
  if (kinds !== 0) return kinds;
  if (a.startsWith('i:')) return Number(a.slice(2)) - Number(b.slice(2));
  return a < b ? -1 : a > b ? 1 : 0;
}
