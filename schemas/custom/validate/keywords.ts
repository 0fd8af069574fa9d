/** Keywords of a schema that a CustomResourceDefinition may not use, or only in certain company. */
import type { JsonValue } from '../../object.ts';
import { forbidden, invalid, notSupported, required, type FieldIssue } from '../../structural/issue.ts';
import { isList, isObject } from '../../structural/own.ts';
import { additionalOf, itemsOf, propertiesOf, type JsonSchemaProps } from '../json-schema.ts';
import { validateLists } from './lists.ts';
import { child, key, property } from './path.ts';
import { validateRuleTexts } from './rule-texts.ts';

interface Surroundings {
  readonly isRoot: boolean;
  /** Inside of an object's apiVersion, kind or metadata. */
  readonly insideMeta: boolean;
  /** Why no default may stand here, or undefined. */
  readonly defaultsForbidden: string | undefined;
}

/** The refusals of one whole schema. */
export function validateKeywords(schema: JsonSchemaProps, path: string): readonly FieldIssue[] {
  const issues: FieldIssue[] = [];
  walk(schema, path, { isRoot: true, insideMeta: false, defaultsForbidden: undefined }, issues);
  return issues;
}

const metaFields = new Set(['metadata', 'kind', 'apiVersion']);

function walk(schema: JsonSchemaProps, path: string, around: Surroundings, issues: FieldIssue[]): void {
  const inside: Surroundings = { ...around, isRoot: false };
  issues.push(...unsupported(schema, path, around));
  if (schema.uniqueItems === true) {
    const says = 'uniqueItems cannot be set to true since the runtime complexity becomes quadratic';
    issues.push(forbidden(child(path, 'uniqueItems'), says));
  }
  const additional = additionalOf(schema);
  const properties = propertiesOf(schema);
  if (properties.length > 0 && schema.additionalProperties !== undefined && schema.additionalProperties !== true) {
    const says = 'additionalProperties and properties are mutual exclusive';
    issues.push(forbidden(child(path, 'additionalProperties'), says));
  }
  if (additional) {
    const why = around.insideMeta
      ? 'inside additionalProperties applying to object metadata'
      : around.defaultsForbidden;
    walk(additional, child(path, 'additionalProperties'), { ...inside, defaultsForbidden: why }, issues);
  }
  const embedded = schema['x-kubernetes-embedded-resource'] === true;
  for (const [name, one] of properties) {
    const isMeta = (around.isRoot || embedded) && metaFields.has(name);
    const why = isMeta && around.isRoot ? `in top-level ${name}` : around.defaultsForbidden;
    const below = { ...inside, insideMeta: inside.insideMeta || isMeta, defaultsForbidden: why };
    walk(one, property(path, name), below, issues);
  }
  for (const name of ['allOf', 'oneOf', 'anyOf'] as const) {
    schema[name]?.forEach((branch, index) => {
      walk(branch, key(child(path, name), index), inside, issues);
    });
  }
  if (schema.not) walk(schema.not, child(path, 'not'), inside, issues);
  const items = itemsOf(schema);
  if (items) walk(items, child(path, 'items'), inside, issues);
  issues.push(...validateLists(schema, path), ...validateRuleTexts(schema, path));
}

const types = ['array', 'boolean', 'integer', 'number', 'object', 'string'];

/** Keywords that must say nothing. Those that are objects or strings may be there when they are empty. */
const never = ['id', 'additionalItems', 'patternProperties', 'definitions', 'dependencies', '$ref'] as const;

function unsupported(schema: JsonSchemaProps, path: string, around: Surroundings): readonly FieldIssue[] {
  const { type = '', items, additionalProperties } = schema;
  const issues: FieldIssue[] = [];
  if (type !== '' && !types.includes(type)) issues.push(notSupported(child(path, 'type'), type, types));
  if (schema.default !== undefined && around.defaultsForbidden !== undefined) {
    issues.push(forbidden(child(path, 'default'), `must not be set ${around.defaultsForbidden}`));
  }
  for (const name of never) {
    if (isGiven(schema[name])) issues.push(forbidden(child(path, name), `${name} is not supported`));
  }
  if (type === 'null') {
    issues.push(forbidden(child(path, 'type'), 'type cannot be set to null, use nullable as an alternative'));
  }
  if (isList(items)) {
    issues.push(forbidden(child(path, 'items'), 'items must be a schema object and not an array'));
  } else if (items !== undefined && !isObject(items)) {
    issues.push(invalid(child(path, 'items'), items, 'must be a schema'));
  }
  if (
    additionalProperties !== undefined &&
    typeof additionalProperties !== 'boolean' &&
    !isObject(additionalProperties)
  ) {
    issues.push(invalid(child(path, 'additionalProperties'), additionalProperties, 'must be a schema or a boolean'));
  }
  if (around.insideMeta && schema['x-kubernetes-embedded-resource'] === true) {
    issues.push(forbidden(child(path, 'x-kubernetes-embedded-resource'), 'must not be used inside of resource meta'));
  }
  return [...issues, ...mapTypes(schema, path)];
}

const isGiven = (value: JsonValue | undefined): boolean =>
  value !== undefined && value !== '' && !(isObject(value) && Object.keys(value).length === 0);

function mapTypes(schema: JsonSchemaProps, path: string): readonly FieldIssue[] {
  const { type = '', 'x-kubernetes-map-type': mapType } = schema;
  const issues: FieldIssue[] = [];
  if (schema['x-kubernetes-preserve-unknown-fields'] === false) {
    issues.push(invalid(child(path, 'x-kubernetes-preserve-unknown-fields'), false, 'must be true or undefined'));
  }
  if (mapType !== undefined && type !== 'object') {
    const says = 'must be object if x-kubernetes-map-type is specified';
    issues.push(type === '' ? required(child(path, 'type'), says) : invalid(child(path, 'type'), type, says));
  }
  if (mapType !== undefined && mapType !== 'atomic' && mapType !== 'granular') {
    issues.push(notSupported(child(path, 'x-kubernetes-map-type'), mapType, ['atomic', 'granular']));
  }
  return issues;
}
