/**
 * The schemas inside a CustomResourceDefinition, as they are written: JSONSchemaProps. Empty is absent, as for Go's decoder:
 * `type: ""` says nothing. Property names come from strangers, so they are only reached through the functions here.
 */
import type { JsonObject, JsonValue } from '../object.ts';
import { isList, isObject, own } from '../structural/own.ts';
import type { ValidationRule } from '../structural/schema.ts';

/** One schema. The kind's own schema has seen to the types of all members but the opaque ones. */
export interface JsonSchemaProps {
  readonly id?: string;
  readonly $schema?: string;
  readonly $ref?: string;
  readonly title?: string;
  readonly description?: string;
  readonly type?: string;
  readonly format?: string;
  readonly nullable?: boolean;
  readonly default?: JsonValue;
  readonly example?: JsonValue;
  readonly externalDocs?: JsonObject;
  readonly enum?: readonly JsonValue[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: boolean;
  readonly exclusiveMaximum?: boolean;
  readonly multipleOf?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly uniqueItems?: boolean;
  readonly minProperties?: number;
  readonly maxProperties?: number;
  readonly required?: readonly string[];
  /** A schema, or a list of them, which is refused. Opaque. */
  readonly items?: JsonValue;
  readonly properties?: Readonly<Record<string, JsonSchemaProps>>;
  /** A schema or a boolean. Opaque. */
  readonly additionalProperties?: JsonValue;
  readonly allOf?: readonly JsonSchemaProps[];
  readonly anyOf?: readonly JsonSchemaProps[];
  readonly oneOf?: readonly JsonSchemaProps[];
  readonly not?: JsonSchemaProps;
  readonly additionalItems?: JsonValue;
  readonly patternProperties?: JsonObject;
  readonly definitions?: JsonObject;
  readonly dependencies?: JsonObject;
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean;
  readonly 'x-kubernetes-embedded-resource'?: boolean;
  readonly 'x-kubernetes-int-or-string'?: boolean;
  readonly 'x-kubernetes-list-map-keys'?: readonly string[];
  readonly 'x-kubernetes-list-type'?: string;
  readonly 'x-kubernetes-map-type'?: string;
  readonly 'x-kubernetes-validations'?: readonly ValidationRule[];
}

/** Its properties, by name. */
export const propertiesOf = ({ properties = {} }: JsonSchemaProps): [string, JsonSchemaProps][] =>
  Object.entries(properties);

/** One property; never something inherited. */
export const propertyOf = ({ properties = {} }: JsonSchemaProps, name: string): JsonSchemaProps | undefined =>
  own(properties as JsonObject, name) as JsonSchemaProps | undefined;

/** The schema of the items; undefined when there is none, or a list of them. */
export const itemsOf = ({ items }: JsonSchemaProps): JsonSchemaProps | undefined =>
  isObject(items) ? items : undefined;

/** The schema of other members; undefined when there is none, or a boolean. */
export const additionalOf = ({ additionalProperties }: JsonSchemaProps): JsonSchemaProps | undefined =>
  isObject(additionalProperties) ? additionalProperties : undefined;

/** Every schema directly inside this one, whatever it is there for. */
export function childrenOf(schema: JsonSchemaProps): readonly JsonSchemaProps[] {
  const { allOf = [], anyOf = [], oneOf = [], not, items } = schema;
  const single = [itemsOf(schema), additionalOf(schema), not].filter((child) => child !== undefined);
  const listed = isList(items) ? (items.filter(isObject) as JsonSchemaProps[]) : [];
  return [...Object.values(schema.properties ?? {}), ...single, ...listed, ...allOf, ...anyOf, ...oneOf];
}

/** Whether the schema or any inside it is such a one. */
export function someSchema(schema: JsonSchemaProps, fits: (schema: JsonSchemaProps) => boolean): boolean {
  const stack = [schema];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    if (fits(next)) return true;
    stack.push(...childrenOf(next));
  }
  return false;
}
