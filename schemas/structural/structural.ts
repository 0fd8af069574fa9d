/**
 * A kind's schema at work: the same four walks for built-in kinds, ours, and CustomResourceDefinitions that arrive at run
 * time. A request's body goes through them in this order:
 *
 *   decode → `prune` (what it drops becomes warnings, or a 400 under strict field validation) → `applyDefaults` →
 *   `validate(new, old)` → a 422 with one cause for each issue
 *
 * All are pure: inputs may be frozen and are never changed, unchanged parts are shared with the result. They recurse along
 * the schema, whose depth is bounded, never along the value, so hostile depth cannot overflow the stack.
 */
import type { JsonObject } from '../object.ts';
import { applyDefaults } from './defaults.ts';
import type { FieldIssue } from './issue.ts';
import { nodeAt } from './lookup.ts';
import { compileNode, type Node } from './node.ts';
import { prune, type UnknownField } from './prune.ts';
import { Rules } from './rules/rules.ts';
import type { StructuralSchema } from './schema.ts';
import { validateValues } from './validate.ts';

export type { FieldIssue, FieldReason } from './issue.ts';
export type { Node } from './node.ts';
export type { UnknownField } from './prune.ts';
export { SchemaError } from './schema-error.ts';

export interface StructuralOptions {
  /** ObjectMeta's schema, for the root and for embedded resources. Without it metadata is taken as it comes. */
  readonly metadata?: StructuralSchema;
}

export interface PruneResult {
  readonly value: JsonObject;
  readonly unknown: readonly UnknownField[];
}

export interface Structural {
  /** As it was given. */
  readonly schema: StructuralSchema;
  /** The compiled root, for walks of other folders (apply, patch). */
  readonly root: Node;
  /** Drops unknown fields. The value itself comes back when there are none. */
  prune(value: JsonObject): PruneResult;
  /** Fills in defaults and drops nulls that the schema does not know. */
  applyDefaults(value: JsonObject): JsonObject;
  /**
   * What is wrong, in the real server's words; empty when all is well. CEL rules run only on values that are otherwise
   * valid. With `old`: transition rules run, and what was wrong before and is unchanged is let through.
   */
  validate(value: JsonObject, old?: JsonObject): readonly FieldIssue[];
  /** The schema's node at a path; a number stands for any item of a list. */
  nodeAt(path: readonly (string | number)[]): Node | undefined;
}

/**
 * Compiles a schema once, in well under a millisecond for our largest kind; CEL rules are only parsed here when there are some.
 * @throws {SchemaError} with the path in the schema: a pattern or a rule that does not compile, nesting beyond 256 levels
 */
export function compileStructural(schema: StructuralSchema, options: StructuralOptions = {}): Structural {
  const metadata = options.metadata ?? { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  const root = compileNode(withObjectFields(schema, metadata), compileNode(metadata));
  const rules = root.ruled ? new Rules(root) : undefined;
  return {
    schema,
    root,
    prune: (value) => prune(root, value) as PruneResult,
    applyDefaults: (value) => applyDefaults(root, value) as JsonObject,
    validate(value, old) {
      const issues = validateValues(root, value, old);
      return issues.length > 0 || rules === undefined ? issues : rules.validate(value, old);
    },
    nodeAt: (path) => nodeAt(root, path),
  };
}

/** Every object has apiVersion, kind and metadata, whether its schema speaks of them or not. */
function withObjectFields(schema: StructuralSchema, metadata: StructuralSchema): StructuralSchema {
  const own = schema.properties?.['metadata'];
  // a CRD may narrow metadata.name and generateName: its word counts beside ObjectMeta's
  const narrowed = own?.properties === undefined ? metadata : { ...metadata, allOf: [...(metadata.allOf ?? []), own] };
  return {
    ...schema,
    properties: { apiVersion: { type: 'string' }, kind: { type: 'string' }, ...schema.properties, metadata: narrowed },
  };
}
