/**
 * What a rule may say of a schema's values: the types of `self`, as Kubernetes declares them. A rule that speaks of a field
 * that is not declared, or compares a string with a number, is refused with its CustomResourceDefinition and not with the
 * first object.
 */
import type { Environment } from '@marcbachmann/cel-js';
import type { Node } from '../node.ts';
import { language } from './environment.ts';
import { fieldName } from './value.ts';

/** The fields of objects by the name of their type. */
export type ObjectTypes = ReadonlyMap<string, ReadonlySet<string>>;

/** One schema's types. */
export interface TypedLanguage {
  readonly objects: ObjectTypes;
  /** With `self` and `oldSelf` of the type of a node; undefined when rules cannot see such values. */
  at(node: Node, optionalOldSelf: boolean): Environment | undefined;
}

/** Declares the types of all that rules of a schema speak of. */
export function declareTypes(root: Node): TypedLanguage {
  const environment = language().clone();
  const objects = new Map<string, ReadonlySet<string>>();
  const types = new Map<Node, string | undefined>();
  const typeOf = (node: Node): string | undefined => {
    if (!types.has(node)) types.set(node, declare(node));
    return types.get(node);
  };
  const declareObject = (fields: Readonly<Record<string, string>>): string => {
    const name = `self.object${String(objects.size)}`;
    environment.registerType(name, { fields });
    for (const other of [name, 'null']) environment.registerOperator(`${name} == ${other}`, () => true);
    objects.set(name, new Set(Object.keys(fields)));
    return name;
  };
  const declare = (node: Node): string | undefined => {
    if (node.intOrString) return 'dyn';
    if (node.type === 'array') return listOf(node.items && typeOf(node.items));
    if (node.type !== 'object') return scalarType(node);
    if (node.additional !== undefined) return mapOf(typeOf(node.additional));
    const fields: Record<string, string> = {};
    for (const [name, child] of node.properties) {
      const type = node.embedded && name === 'metadata' ? declareObject(metadataFields) : typeOf(child);
      const escaped = fieldName(name);
      if (type !== undefined && escaped !== undefined) fields[escaped] = type;
    }
    return declareObject(fields);
  };
  const declareRuled = (node: Node): void => {
    if (!node.ruled) return;
    if (node.rules.length > 0) typeOf(node);
    for (const child of [...node.properties.values(), node.additional, node.items]) if (child) declareRuled(child);
  };
  // an environment that has clones takes no more types
  declareRuled(root);
  return {
    objects,
    at(node, optionalOldSelf) {
      const self = typeOf(node);
      if (self === undefined) return undefined;
      const oldSelf = optionalOldSelf ? `optional<${self}>` : self;
      return environment.clone().registerVariable('self', self).registerVariable('oldSelf', oldSelf);
    },
  };
}

/** The only metadata that rules see. */
const metadataFields = { name: 'string', generateName: 'string' };

const listOf = (type: string | undefined): string | undefined => (type === undefined ? undefined : `list<${type}>`);
const mapOf = (type: string | undefined): string | undefined =>
  type === undefined ? undefined : `map<string, ${type}>`;

function scalarType({ type, schema: { format } }: Node): string | undefined {
  switch (type) {
    case 'boolean':
      return 'bool';
    case 'integer':
      return 'int';
    case 'number':
      return 'double';
    case 'string':
      return textTypes.get(format ?? '') ?? 'string';
    default:
      return undefined;
  }
}

const textTypes: ReadonlyMap<string, string> = new Map([
  ['byte', 'bytes'],
  ['date', 'google.protobuf.Timestamp'],
  ['date-time', 'google.protobuf.Timestamp'],
  ['duration', 'google.protobuf.Duration'],
]);
