/** x-kubernetes-validations: whether the expressions are CEL, and speak of what the schema declares. */
import type { JsonObject } from '../../object.ts';
import { invalid, type FieldIssue } from '../../structural/issue.ts';
import type { Node } from '../../structural/node.ts';
import { checkExpression } from '../../structural/rules/check.ts';
import { Rules } from '../../structural/rules/rules.ts';
import { declareTypes, type TypedLanguage } from '../../structural/rules/types.ts';
import { SchemaError } from '../../structural/schema-error.ts';
import type { ValidationRule } from '../../structural/schema.ts';
import type { RuleCheck } from './default-values.ts';
import { child, key, property } from './path.ts';

/** Runs rules over defaults. Those that do not compile are told by `validateRules`. */
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

/** What is wrong with the expressions of a schema that is otherwise valid. */
export function validateRules(root: Node, path: string): readonly FieldIssue[] {
  const issues: FieldIssue[] = [];
  walk(root, path, { types: declareTypes(root), uncorrelated: undefined, issues });
  return issues;
}

interface Walk {
  readonly types: TypedLanguage;
  /** The outermost list whose items have no former selves, or undefined. */
  readonly uncorrelated: string | undefined;
  readonly issues: FieldIssue[];
}

function walk(node: Node, path: string, around: Walk): void {
  if (!node.ruled) return;
  for (const [name, one] of node.properties) walk(one, property(path, name), around);
  if (node.additional) walk(node.additional, child(path, 'additionalProperties'), around);
  if (node.items) {
    const uncorrelated = around.uncorrelated ?? (node.listType === 'map' ? undefined : path);
    walk(node.items, child(path, 'items'), { ...around, uncorrelated });
  }
  node.rules.forEach((rule, index) => {
    around.issues.push(...checkRule(rule, node, key(child(path, 'x-kubernetes-validations'), index), around));
  });
}

function checkRule(
  rule: ValidationRule,
  node: Node,
  path: string,
  { types, uncorrelated }: Walk,
): readonly FieldIssue[] {
  const environment = types.at(node, rule.optionalOldSelf === true);
  if (environment === undefined) return [];
  const wrong = (name: string, says: string): FieldIssue => ({
    path: child(path, name),
    reason: 'FieldValueInvalid',
    message: `Invalid value: ${shown(rule)}: ${says}`,
  });
  const checked = checkExpression(environment, types.objects, rule.rule);
  if ('problem' in checked) return [wrong('rule', `compilation failed: ${checked.problem}`)];
  const issues: FieldIssue[] = [];
  if (!mayBe(checked.type, 'bool')) issues.push(wrong('rule', 'cel expression must evaluate to a bool'));
  if (checked.transition && uncorrelated !== undefined) {
    const says = `oldSelf cannot be used on the uncorrelatable portion of the schema within ${uncorrelated}`;
    issues.push(invalid(child(path, 'rule'), rule.rule, says));
  }
  if (!checked.transition && rule.optionalOldSelf !== undefined) {
    const says = 'may not be set if oldSelf is not used in rule';
    issues.push(invalid(child(path, 'optionalOldSelf'), rule.optionalOldSelf, says));
  }
  if (issues.length === 0 && rule.messageExpression !== undefined && rule.messageExpression !== '') {
    const message = checkExpression(environment, types.objects, rule.messageExpression);
    if ('problem' in message) {
      issues.push(wrong('messageExpression', `messageExpression compilation failed: ${message.problem}`));
    } else if (!mayBe(message.type, 'string')) {
      issues.push(wrong('messageExpression', 'messageExpression must evaluate to a string'));
    }
  }
  return issues;
}

const mayBe = (type: string, wanted: string): boolean => type === wanted || type.startsWith('dyn');

/** The rule as a real server shows it: its own fields, in Go's JSON. */
function shown({ rule, message, messageExpression, reason, fieldPath, optionalOldSelf }: ValidationRule): string {
  const text = JSON.stringify({
    Rule: rule,
    Message: message ?? '',
    MessageExpression: messageExpression ?? '',
    Reason: reason ?? null,
    FieldPath: fieldPath ?? '',
    OptionalOldSelf: optionalOldSelf ?? null,
  });
  return text.replaceAll(/[<>&]/g, (sign) => `\\u00${sign.charCodeAt(0).toString(16)}`);
}
