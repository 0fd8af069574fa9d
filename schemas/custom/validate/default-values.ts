import type { JsonValue } from '../../object.ts';
import { invalid, type FieldIssue } from '../../structural/issue.ts';
import type { Node } from '../../structural/node.ts';
import { prune } from '../../structural/prune.ts';
import { validateValues } from '../../structural/validate.ts';
import { itemsOf, propertiesOf, type JsonSchemaProps } from '../json-schema.ts';
import { child, property } from './path.ts';

/** Runs the rules at and below a node over a value that is otherwise valid. */
export type RuleCheck = (node: Node, value: JsonValue, old: JsonValue | undefined) => readonly FieldIssue[];

/**
 * Every default must be a value that its own schema accepts, without fields that would be pruned. Defaults below
 * additionalProperties are not looked at, as on a real server.
 * @param node the compiled schema
 */
export function validateDefaults(
  schema: JsonSchemaProps,
  node: Node,
  path: string,
  runRules: RuleCheck,
): readonly FieldIssue[] {
  const issues: FieldIssue[] = [];
  walk(schema, node, path, issues, runRules);
  return issues;
}

function walk(schema: JsonSchemaProps, node: Node, path: string, issues: FieldIssue[], runRules: RuleCheck): void {
  if (schema.default !== undefined)
    issues.push(...validateDefault(schema.default, node, child(path, 'default'), runRules));
  const items = itemsOf(schema);
  if (items && node.items) walk(items, node.items, child(path, 'items'), issues, runRules);
  for (const [name, one] of propertiesOf(schema)) {
    const below = node.properties.get(name);
    if (below) walk(one, below, property(path, name), issues, runRules);
  }
}

function validateDefault(value: JsonValue, node: Node, path: string, runRules: RuleCheck): readonly FieldIssue[] {
  const unknown = prune(node, value).unknown.length > 0 ? [invalid(path, value, 'must not have unknown fields')] : [];
  const wrong = validateValues(node, value);
  const found = wrong.length > 0 ? wrong : ruleIssues(node, value, runRules);
  return [...unknown, ...found.map((issue) => ({ ...issue, path: joined(path, issue.path) }))];
}

/** As an update to the same value, and as a value that comes new. */
function ruleIssues(node: Node, value: JsonValue, runRules: RuleCheck): readonly FieldIssue[] {
  const kept = runRules(node, value, value);
  return kept.length > 0 ? kept : runRules(node, value, undefined);
}

const joined = (path: string, below: string): string =>
  below === '' || below.startsWith('[') ? path + below : child(path, below);
