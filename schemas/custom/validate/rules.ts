import type { JsonObject } from '../../object.ts';
import { invalid, type FieldIssue } from '../../structural/issue.ts';
import type { Node } from '../../structural/node.ts';
import { Rules } from '../../structural/rules/rules.ts';
import { SchemaError } from '../../structural/schema-error.ts';
import type { JsonSchemaProps } from '../json-schema.ts';
import type { RuleCheck } from './default-values.ts';
import { child } from './path.ts';

/** Rules over defaults. Those that do not compile are told by `validateRules`. */
export function ruleChecks(): RuleCheck {
  return (node, value, old) => {
    if (!node.ruled) return [];
    try {
      return new Rules(node).validate(value as JsonObject, old as JsonObject | undefined);
    } catch (error) {
      if (error instanceof SchemaError) return [];
      throw error;
    }
  };
}

/** Whether the rules of a schema are CEL, and cheap enough. */
export function validateRules(_schema: JsonSchemaProps, node: Node, path: string): readonly FieldIssue[] {
  try {
    return new Rules(node).validate({}) && [];
  } catch (error) {
    if (!(error instanceof SchemaError)) throw error;
    return [invalid(child(path, error.path), '', error.detail)];
  }
}
