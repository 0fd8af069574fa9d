/**
 * Whether a schema is structural: every field has its type in the outer schema, and allOf, anyOf, oneOf and not only say
 * more about values. Only then is it clear what to prune, to default and to merge. Rules and words are those of a real
 * server (apiextensions-apiserver), which lists the refusals in alphabetical order.
 */
import { equal } from '../../structural/equal.ts';
import type { JsonValue } from '../../object.ts';
import { forbidden, invalid, required, type FieldIssue } from '../../structural/issue.ts';
import { compilePattern } from '../../structural/pattern.ts';
import { SchemaError } from '../../structural/schema-error.ts';
import { additionalOf, itemsOf, propertiesOf, propertyOf, type JsonSchemaProps } from '../json-schema.ts';
import { completeness } from './completeness.ts';
import { child, key, property } from './path.ts';

type Level = 'root' | 'item' | 'field';

/** The refusals of one whole schema. */
export function validateStructural(schema: JsonSchemaProps, path: string): readonly FieldIssue[] {
  const issues: FieldIssue[] = [];
  invariants(schema, 'root', path, issues);
  completeness(schema, path, issues);
  const text = ({ path: at, message }: FieldIssue): string => `${at}: ${message}`;
  return issues.sort((a, b) => (text(a) < text(b) ? -1 : 1));
}

function invariants(schema: JsonSchemaProps, level: Level, path: string, issues: FieldIssue[]): void {
  const items = itemsOf(schema);
  const additional = additionalOf(schema);
  const embedded = schema['x-kubernetes-embedded-resource'] === true;
  const checksMetadata = level === 'root' || embedded;
  if (schema.type === 'array' && items === undefined) issues.push(required(child(path, 'items'), 'must be specified'));
  if (items) invariants(items, 'item', child(path, 'items'), issues);
  for (const [name, one] of propertiesOf(schema)) invariants(one, 'field', property(path, name), issues);
  if (schema.additionalProperties !== undefined && level === 'root') {
    issues.push(forbidden(child(path, 'additionalProperties'), 'must not be used at the root'));
  }
  if (additional) invariants(additional, 'field', child(path, 'additionalProperties'), issues);
  extensions(schema, path, issues);
  valueValidation(schema, isIntOrString(schema.anyOf), isIntOrString(schema.allOf?.[0]?.anyOf), path, issues);
  ownType(schema, level, path, issues);
  if (embedded) embeddedResource(schema, path, issues);
  if (checksMetadata) typeMeta(schema, path, issues);
  const metadata = propertyOf(schema, 'metadata');
  if (metadata && checksMetadata) objectMeta(metadata, level === 'root', property(path, 'metadata'), issues);
}

const missingType: Readonly<Record<Level, string>> = {
  root: 'must not be empty at the root',
  item: 'must not be empty for specified array items',
  field: 'must not be empty for specified object fields',
};

function ownType(schema: JsonSchemaProps, level: Level, path: string, issues: FieldIssue[]): void {
  const { type = '' } = schema;
  const at = child(path, 'type');
  if (schema['x-kubernetes-embedded-resource'] === true && type !== 'object') {
    const says = 'must be object if x-kubernetes-embedded-resource is true';
    issues.push(type === '' ? required(at, says) : invalid(at, type, says));
  } else if (
    type === '' &&
    schema['x-kubernetes-int-or-string'] !== true &&
    schema['x-kubernetes-preserve-unknown-fields'] !== true
  ) {
    issues.push(required(at, missingType[level]));
  }
  if (level === 'root' && type !== '' && type !== 'object')
    issues.push(invalid(at, type, 'must be object at the root'));
}

function extensions(schema: JsonSchemaProps, path: string, issues: FieldIssue[]): void {
  if (schema['x-kubernetes-int-or-string'] !== true) return;
  for (const name of ['x-kubernetes-preserve-unknown-fields', 'x-kubernetes-embedded-resource'] as const) {
    if (schema[name] !== true) continue;
    issues.push(invalid(child(path, name), true, 'must be false if x-kubernetes-int-or-string is true'));
  }
}

function embeddedResource(schema: JsonSchemaProps, path: string, issues: FieldIssue[]): void {
  if (schema.additionalProperties !== undefined) {
    const says = 'must not be used if x-kubernetes-embedded-resource is set';
    issues.push(forbidden(child(path, 'additionalProperties'), says));
  }
  if (schema['x-kubernetes-preserve-unknown-fields'] !== true && propertiesOf(schema).length === 0) {
    const says =
      'must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields';
    issues.push(required(child(path, 'properties'), says));
  }
}

function typeMeta(schema: JsonSchemaProps, path: string, issues: FieldIssue[]): void {
  for (const name of ['kind', 'apiVersion']) {
    const type = propertyOf(schema, name)?.type ?? '';
    if (propertyOf(schema, name) === undefined || type === 'string') continue;
    issues.push(invalid(child(property(path, name), 'type'), type, 'must be string'));
  }
}

/** At the root, metadata may only narrow the name: all else about it is ObjectMeta's. */
function objectMeta(metadata: JsonSchemaProps, isRoot: boolean, path: string, issues: FieldIssue[]): void {
  const { type = '', default: _, properties = {}, ...rest } = metadata;
  if (type !== 'object') issues.push(invalid(child(path, 'type'), type, 'must be object'));
  if (!isRoot) return;
  const others = Object.keys(properties).filter((name) => name !== 'name' && name !== 'generateName');
  if (others.length === 0 && Object.values(rest).every(saysNothing)) return;
  issues.push(
    forbidden(path, 'must not specify anything other than name and generateName, but metadata is implicitly specified'),
  );
}

const saysNothing = (value: unknown): boolean =>
  value === undefined || value === '' || value === false || (Array.isArray(value) && value.length === 0);

const intOrString: JsonValue = [{ type: 'integer' }, { type: 'string' }];

/** The one place where types may stand inside an anyOf. */
const isIntOrString = (anyOf: readonly JsonSchemaProps[] | undefined): boolean =>
  anyOf?.length === 2 && equal(anyOf as unknown as JsonValue, intOrString);

function valueValidation(
  schema: JsonSchemaProps,
  skipAnyOf: boolean,
  skipAnyOfOfFirst: boolean,
  path: string,
  issues: FieldIssue[],
): void {
  const { anyOf = [], allOf = [], oneOf = [], not, pattern = '' } = schema;
  const each = (name: string, branches: readonly JsonSchemaProps[], skipsFirst = false): void => {
    branches.forEach((branch, index) => {
      nested(branch, skipsFirst && index === 0, key(child(path, name), index), issues);
    });
  };
  if (!skipAnyOf) each('anyOf', anyOf);
  each('allOf', allOf, skipAnyOfOfFirst);
  each('oneOf', oneOf);
  if (not) nested(not, false, child(path, 'not'), issues);
  if (pattern !== '') checkPattern(pattern, child(path, 'pattern'), issues);
}

function checkPattern(pattern: string, path: string, issues: FieldIssue[]): void {
  try {
    compilePattern(pattern, path);
  } catch (error) {
    if (!(error instanceof SchemaError)) throw error;
    const why = error.cause instanceof Error ? error.cause.message : error.detail;
    issues.push(invalid(path, pattern, `must be a valid regular expression, but isn't: ${why}`));
  }
}

/** Structure that has no place in a branch, with the words for each. */
const structure: readonly (readonly [keyof JsonSchemaProps, string])[] = [
  ['type', 'empty'],
  ['additionalProperties', 'undefined'],
  ['default', 'undefined'],
  ['title', 'empty'],
  ['description', 'empty'],
  ['nullable', 'false'],
  ['x-kubernetes-preserve-unknown-fields', 'false'],
  ['x-kubernetes-embedded-resource', 'false'],
  ['x-kubernetes-int-or-string', 'false'],
  ['x-kubernetes-list-map-keys', 'empty'],
  ['x-kubernetes-list-type', 'undefined'],
  ['x-kubernetes-map-type', 'undefined'],
  ['x-kubernetes-validations', 'empty'],
];

/** A branch of a junction: it may speak of values only. */
function nested(schema: JsonSchemaProps, skipAnyOf: boolean, path: string, issues: FieldIssue[]): void {
  valueValidation(schema, skipAnyOf, false, path, issues);
  const items = itemsOf(schema);
  if (items) nested(items, false, child(path, 'items'), issues);
  for (const [name, one] of propertiesOf(schema)) nested(one, false, property(path, name), issues);
  for (const [name, word] of structure) {
    const given =
      name === 'additionalProperties' || name === 'default' ? schema[name] !== undefined : !saysNothing(schema[name]);
    if (given) issues.push(forbidden(child(path, name), `must be ${word} to be structural`));
  }
  if (propertyOf(schema, 'metadata')) {
    issues.push(forbidden(property(path, 'metadata'), 'must not be specified in a nested context'));
  }
}
