import { forbidden, invalid, type FieldIssue } from '../../structural/issue.ts';
import { compileNode, type Node } from '../../structural/node.ts';
import { SchemaError } from '../../structural/schema-error.ts';
import { someSchema, type JsonSchemaProps } from '../json-schema.ts';
import { structuralSchemaOf } from '../structural-schema.ts';
import { validateDefaults } from './default-values.ts';
import { validateKeywords } from './keywords.ts';
import { child } from './path.ts';
import { ruleChecks, validateRules } from './rules.ts';
import { validateStructural } from './structural.ts';

/** What besides the schema counts. */
export interface SchemaContext {
  /** The version has a status subresource: the root may then only have fields that lose nothing without the status. */
  readonly hasStatus: boolean;
}

/** Everything about one openAPIV3Schema. `path` is of the part that holds it: `spec.versions[0].schema`. */
export function validateSchema(
  schema: JsonSchemaProps,
  path: string,
  { hasStatus }: SchemaContext,
): readonly FieldIssue[] {
  const at = child(path, 'openAPIV3Schema');
  const issues: FieldIssue[] = hasStatus ? [...rootWithStatus(schema, at)] : [];
  if (schema.nullable === true) issues.push(forbidden(child(at, 'nullable'), 'nullable cannot be true at the root'));
  const structural = validateStructural(schema, at);
  const keywords = validateKeywords(schema, at);
  if (structural.length > 0 || keywords.length > 0) return [...issues, ...structural, ...keywords];
  const node = compile(schema, at, issues);
  if (node === undefined) return issues;
  const hasDefaults = someSchema(schema, (one) => one.default !== undefined);
  const defaults = hasDefaults ? validateDefaults(schema, node, at, ruleChecks()) : [];
  issues.push(...defaults);
  if (defaults.length === 0 && node.ruled) issues.push(...validateRules(node, at));
  return issues;
}

/** Only for schemas that are structural. What still cannot be compiled nests too deep. */
function compile(schema: JsonSchemaProps, path: string, issues: FieldIssue[]): Node | undefined {
  try {
    return compileNode(structuralSchemaOf({ ...schema, 'x-kubernetes-embedded-resource': true }));
  } catch (error) {
    if (!(error instanceof SchemaError)) throw error;
    issues.push(invalid(error.path === '' ? path : child(path, error.path), '', error.detail));
    return undefined;
  }
}

const rootFields = new Set([
  'description',
  'type',
  'format',
  'title',
  'maximum',
  'exclusiveMaximum',
  'minimum',
  'exclusiveMinimum',
  'maxLength',
  'minLength',
  'pattern',
  'maxItems',
  'minItems',
  'uniqueItems',
  'multipleOf',
  'required',
  'items',
  'properties',
  'externalDocs',
  'example',
  'x-kubernetes-preserve-unknown-fields',
  'x-kubernetes-validations',
]);

/** Go's names of these fields, as a real server lists them. */
const rootFieldNames =
  '[Description Type Format Title Maximum ExclusiveMaximum Minimum ExclusiveMinimum MaxLength MinLength Pattern MaxItems MinItems UniqueItems MultipleOf Required Items Properties ExternalDocs Example XPreserveUnknownFields XValidations]';

function rootWithStatus(schema: JsonSchemaProps, path: string): readonly FieldIssue[] {
  const { type = '' } = schema;
  if (type !== 'object' && type !== '') {
    const says = 'only "object" is allowed as the type at the root of the schema if the status subresource is enabled';
    return [invalid(child(path, 'type'), type, says)];
  }
  const given = Object.entries(schema).filter(([, value]) => value !== false && value !== '' && value !== undefined);
  if (given.every(([name]) => rootFields.has(name))) return [];
  const says = `only ${rootFieldNames} fields are allowed at the root of the schema if the status subresource is enabled`;
  return [invalid(path, '', says)];
}
