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
import type { FieldIssue, FieldReason } from './issue.ts';
import { Rules } from './rules/rules.ts';
import type { StructuralSchema } from './schema.ts';
import { compileShape, type Shape, type ShapeOptions } from './shape.ts';

export type { FieldIssue, FieldReason } from './issue.ts';
export type { Node } from './node.ts';
export type { UnknownField } from './prune.ts';
export { SchemaError } from './schema-error.ts';
export type { PruneResult } from './shape.ts';

export interface StructuralOptions extends ShapeOptions {
  /** Rules are compiled when the first value is validated: for schemas that are known to be right, and may never be needed. */
  readonly lateRules?: boolean;
}

export interface Structural extends Shape {
  /**
   * What is wrong, in the real server's words; empty when all is well. CEL rules run only on values whose shape is right:
   * else an issue of its own says that they did not. With `old`: transition rules run, and what was wrong before and is unchanged is let through.
   */
  validate(value: JsonObject, old?: JsonObject): readonly FieldIssue[];
}

/** Where one of these stands, a rule could not tell what it looks at; as on the real server. */
const BLOCKING: ReadonlySet<FieldReason> = new Set([
  'FieldValueNotSupported',
  'FieldValueRequired',
  'FieldValueTooLong',
  'FieldValueTooMany',
  'FieldValueTypeInvalid',
]);

/** Word for word, its place included. */
const NOT_CHECKED: FieldIssue = {
  path: '<nil>',
  reason: 'FieldValueInvalid',
  message:
    'Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation',
};

/**
 * Compiles a schema once, rules included: ten milliseconds for our largest kind.
 * @throws {SchemaError} with the path in the schema: a pattern or a rule that does not compile, nesting beyond 256 levels
 */
export function compileStructural(schema: StructuralSchema, options: StructuralOptions = {}): Structural {
  const shape = compileShape(schema, options);
  let compiled: Rules | undefined;
  const rulesOf = (): Rules | undefined => (compiled ??= shape.root.ruled ? new Rules(shape.root) : undefined);
  if (options.lateRules !== true) rulesOf();
  return {
    ...shape,
    validate(value, old) {
      const issues = shape.validateValues(value, old);
      const rules = rulesOf();
      if (rules === undefined) return issues;
      if (issues.some(({ reason }) => BLOCKING.has(reason))) return [...issues, NOT_CHECKED];
      const broken = rules.validate(value, old);
      return issues.length === 0 ? broken : [...issues, ...broken];
    },
  };
}
