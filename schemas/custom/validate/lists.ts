/** x-kubernetes-list-type and x-kubernetes-list-map-keys: what must be so that items can be told apart. */
import { forbidden, invalid, notSupported, required, type FieldIssue } from '../../structural/issue.ts';
import { isList } from '../../structural/own.ts';
import { itemsOf, propertyOf, type JsonSchemaProps } from '../json-schema.ts';
import { child, property } from './path.ts';

/** The refusals of one list's own keywords. */
export function validateLists(schema: JsonSchemaProps, path: string): readonly FieldIssue[] {
  const listType = schema['x-kubernetes-list-type'];
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  const at = child(path, 'x-kubernetes-list-type');
  const issues: FieldIssue[] = [...typeOfList(schema, path)];
  if (listType !== undefined && !['atomic', 'set', 'map'].includes(listType)) {
    issues.push(notSupported(at, listType, ['atomic', 'set', 'map']));
  }
  if (keys.length > 0 && listType !== 'map') {
    const says = 'must be map if x-kubernetes-list-map-keys is non-empty';
    issues.push(listType === undefined ? required(at, says) : invalid(at, listType, says));
  }
  if (listType === 'map') issues.push(...keyedItems(schema, keys, path));
  if (listType === 'map' || listType === 'set') issues.push(...presentIdentity(schema, listType, keys, path));
  return issues;
}

function typeOfList(schema: JsonSchemaProps, path: string): readonly FieldIssue[] {
  const { type = '', 'x-kubernetes-list-type': listType } = schema;
  if (listType === undefined) return [];
  if (type !== 'array') {
    const says = 'must be array if x-kubernetes-list-type is specified';
    return [type === '' ? required(child(path, 'type'), says) : invalid(child(path, 'type'), type, says)];
  }
  const items = itemsOf(schema);
  if (listType !== 'set' || items === undefined) return [];
  const says = 'must be atomic as item of a list with x-kubernetes-list-type=set';
  const inner = items['x-kubernetes-list-type'];
  const at = (name: string): string => child(child(path, 'items'), name);
  if (items.type === 'array' && inner !== undefined && inner !== 'atomic') {
    return [invalid(at('x-kubernetes-list-type'), inner, says)];
  }
  if (items.type === 'object' && items['x-kubernetes-map-type'] !== 'atomic') {
    return [invalid(at('x-kubernetes-map-type'), items['x-kubernetes-map-type'], says)];
  }
  return [];
}

function keyedItems(schema: JsonSchemaProps, keys: readonly string[], path: string): readonly FieldIssue[] {
  const items = itemsOf(schema);
  const at = child(path, 'x-kubernetes-list-map-keys');
  const itemsAt = child(path, 'items');
  const issues: FieldIssue[] = [];
  if (keys.length === 0) issues.push(required(at, 'must not be empty if x-kubernetes-list-type is map'));
  if (schema.items === undefined) {
    issues.push(required(itemsAt, 'must have a schema if x-kubernetes-list-type is map'));
  } else if (isList(schema.items)) {
    issues.push(invalid(itemsAt, schema.items, 'must only have a single schema if x-kubernetes-list-type is map'));
  }
  if (items === undefined) return issues;
  if (items.type !== 'object') {
    const says = "must be object if parent array's x-kubernetes-list-type is map";
    return [...issues, invalid(child(itemsAt, 'type'), items.type ?? '', says)];
  }
  keys.forEach((name, index) => {
    const one = propertyOf(items, name);
    if (one === undefined) issues.push(invalid(at, keys, 'entries must all be names of item properties'));
    else if (one.type === 'array' || one.type === 'object') {
      const says = "must be a scalar type if parent array's x-kubernetes-list-type is map";
      issues.push(invalid(child(property(itemsAt, name), 'type'), items.type, says));
    }
    if (keys.indexOf(name) < index) issues.push(invalid(at, keys, 'must not contain duplicate entries'));
  });
  return issues;
}

/** What tells items apart must always be there. */
function presentIdentity(
  schema: JsonSchemaProps,
  listType: string,
  keys: readonly string[],
  path: string,
): readonly FieldIssue[] {
  const items = itemsOf(schema);
  if (items === undefined) return [];
  const at = child(path, 'items');
  const issues: FieldIssue[] = [];
  if (items.nullable === true) {
    issues.push(forbidden(child(at, 'nullable'), `cannot be nullable when x-kubernetes-list-type is ${listType}`));
  }
  if (listType === 'set') return issues;
  for (const name of keys) {
    const one = propertyOf(items, name);
    if (one === undefined) continue;
    const because = 'this property is in x-kubernetes-list-map-keys, so it';
    if (items.required?.includes(name) !== true && one.default === undefined) {
      const says = `${because} must have a default or be a required property`;
      issues.push(required(child(property(at, name), 'default'), says));
    }
    if (one.nullable === true) {
      issues.push(forbidden(child(property(at, name), 'nullable'), `${because} cannot be nullable`));
    }
  }
  return issues;
}
