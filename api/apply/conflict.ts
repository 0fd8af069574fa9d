/** Why an apply is refused. */
import { hasPath, paths, type FieldSet } from './field-set.ts';
import { showPath } from './path-step.ts';

/** One field that somebody else owns with another value. */
export interface FieldConflict {
  /** The owner as messages name it: `"alpha"`, `"kubectl-patch" using v1`. */
  readonly owner: string;
  /** `.spec.ports[name="https"].port` */
  readonly field: string;
  /** The same as steps, for set operations. */
  readonly path: readonly string[];
}

/** One entry of the Status' `details.causes`. */
export interface ConflictCause {
  readonly reason: 'FieldManagerConflict';
  readonly message: string;
  readonly field: string;
}

/** 409, reason Conflict: others own what the applied object changes. The message and causes are the real server's. */
export class ApplyConflict extends Error {
  override readonly name = 'ApplyConflict';
  readonly conflicts: readonly FieldConflict[];

  constructor(conflicts: readonly FieldConflict[]) {
    super(describe(conflicts));
    this.conflicts = conflicts;
  }

  /** The conflicts about fields that are not in the set. */
  without(fields: FieldSet): readonly FieldConflict[] {
    return this.conflicts.filter(({ path }) => !hasPath(fields, path));
  }

  get causes(): readonly ConflictCause[] {
    return this.conflicts.map(({ owner, field }) => ({
      reason: 'FieldManagerConflict',
      message: `conflict with ${owner}`,
      field,
    }));
  }
}

/** An applied object that cannot be merged: two items of a list have one identity. */
export class ApplyInvalid extends Error {
  override readonly name = 'ApplyInvalid';
  /** `.spec.ports` */
  readonly path: string;

  constructor(path: string, detail: string) {
    super(`${path}: ${detail}`);
    this.path = path;
  }
}

/** The conflicts with one owner. */
export const conflictsWith = (owner: string, fields: FieldSet): FieldConflict[] =>
  Array.from(paths(fields), (path) => ({ owner, field: showPath(path), path }));

function describe(conflicts: readonly FieldConflict[]): string {
  const [first] = conflicts;
  if (first && conflicts.length === 1) {
    return `Apply failed with 1 conflict: conflict with ${first.owner}: ${first.field}`;
  }
  const byOwner = Map.groupBy(conflicts, (conflict) => conflict.owner);
  const lines = [...byOwner]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([owner, fields]) => [`conflicts with ${owner}:`, ...fields.map(({ field }) => `- ${field}`)]);
  return `Apply failed with ${String(conflicts.length)} conflicts: ${lines.join('\n')}`;
}
