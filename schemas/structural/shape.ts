import type { JsonObject } from '../object.ts';
import { applyDefaults } from './defaults.ts';
import type { FieldIssue } from './issue.ts';
import { nodeAt } from './lookup.ts';
import { compileNode, type Node } from './node.ts';
import { prune, type UnknownField } from './prune.ts';
import type { StructuralSchema } from './schema.ts';
import { validateValues } from './validate.ts';

export interface ShapeOptions {
  /** ObjectMeta's schema, for the root and for embedded resources. Without it metadata is taken as it comes. */
  readonly metadata?: StructuralSchema;
}

export interface PruneResult {
  readonly value: JsonObject;
  readonly unknown: readonly UnknownField[];
}

/** A kind's schema at work, but for its CEL rules: what a program needs that must start fast and leaves rules to the server. */
export interface Shape {
  /** As it was given. */
  readonly schema: StructuralSchema;
  /** The compiled root, for walks of other folders (apply, patch). */
  readonly root: Node;
  /** Drops unknown fields. The value itself comes back when there are none. */
  prune(value: JsonObject): PruneResult;
  /** Fills in defaults and drops nulls that the schema does not know. */
  applyDefaults(value: JsonObject): JsonObject;
  /**
   * What is wrong with types, required fields, values and duplicates, in the real server's words; empty when all is well.
   * With `old`, what was wrong before and is unchanged is let through.
   */
  validateValues(value: JsonObject, old?: JsonObject): readonly FieldIssue[];
  /** The schema's node at a path; a number stands for any item of a list. */
  nodeAt(path: readonly (string | number)[]): Node | undefined;
}

/**
 * Compiles a schema without its CEL rules, and without loading the CEL library.
 * @throws {SchemaError} with the path in the schema: a pattern that does not compile, nesting beyond 256 levels
 */
export function compileShape(schema: StructuralSchema, options: ShapeOptions = {}): Shape {
  const metadata = options.metadata ?? { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  const root = compileNode(withObjectFields(schema, metadata), compileNode(metadata));
  return {
    schema,
    root,
    prune: (value) => prune(root, value) as PruneResult,
    applyDefaults: (value) => applyDefaults(root, value) as JsonObject,
    validateValues: (value, old) => validateValues(root, value, old),
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
