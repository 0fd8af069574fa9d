import { invalid, notSupported, required, type FieldIssue } from '../../structural/issue.ts';
import type { JsonSchemaProps } from '../json-schema.ts';
import { resolveFieldPath } from './field-paths.ts';
import { child, key } from './path.ts';

const reasons = ['FieldValueDuplicate', 'FieldValueForbidden', 'FieldValueInvalid', 'FieldValueRequired'];

const hasNewline = (text: string): boolean => /[\n\r]/.test(text);

/** What can be said of x-kubernetes-validations without reading the expressions. */
export function validateRuleTexts(schema: JsonSchemaProps, path: string): readonly FieldIssue[] {
  return (schema['x-kubernetes-validations'] ?? []).flatMap((rule, index) => {
    const {
      rule: expression = '',
      message = '',
      messageExpression = '',
      fieldPath = '',
      reason,
    } = rule as Partial<typeof rule>;
    const place = key(child(path, 'x-kubernetes-validations'), index);
    const at = (name: string): string => child(place, name);
    const issues: FieldIssue[] = [];
    if (expression.trim() === '') issues.push(required(at('rule'), 'rule is not specified'));
    else if (message !== '' && message.trim() === '') {
      issues.push(invalid(at('message'), message, 'must be non-empty if specified'));
    } else if (hasNewline(message.trim())) {
      issues.push(invalid(at('message'), message, 'must not contain line breaks'));
    } else if (hasNewline(expression.trim()) && message.trim() === '') {
      issues.push(required(at('message'), 'message must be specified if rule contains line breaks'));
    }
    if (messageExpression !== '' && messageExpression.trim() === '') {
      issues.push(required(at('messageExpression'), 'messageExpression must be non-empty if specified'));
    }
    if (reason !== undefined && !reasons.includes(reason)) issues.push(notSupported(at('reason'), reason, reasons));
    if (fieldPath !== '' && fieldPath.trim() === '') {
      issues.push(invalid(at('fieldPath'), fieldPath, 'must be non-empty if specified'));
    }
    if (hasNewline(fieldPath)) issues.push(invalid(at('fieldPath'), fieldPath, 'must not contain line breaks'));
    if (fieldPath !== '' && 'problem' in resolveFieldPath(fieldPath, schema, true)) {
      issues.push(invalid(at('fieldPath'), fieldPath, 'must be a valid path'));
    }
    return issues;
  });
}
