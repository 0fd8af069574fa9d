import type { JsonObject, JsonValue } from '../object.ts';
import { correlate } from './correlate.ts';
import { equal } from './equal.ts';
import { FieldPath } from './field-path.ts';
import { duplicate, invalid, jsonType, maxIssues, required, typeInvalid, type FieldIssue } from './issue.ts';
import { identityOf } from './identity.ts';
import { memberOf, type Node } from './node.ts';
import { isList, isObject, own } from './own.ts';

interface Walk {
  readonly path: FieldPath;
  readonly issues: FieldIssue[];
}

/**
 * Everything but CEL: types, required fields, value keywords, duplicates in sets and keyed lists.
 *
 * With `old`, what was wrong before and is unchanged is let through (Kubernetes' validation ratcheting): an object that an
 * older schema accepted can still be edited elsewhere.
 */
export function validateValues(root: Node, value: JsonValue, old?: JsonValue): FieldIssue[] {
  const walk: Walk = { path: new FieldPath(), issues: [] };
  validateAt(root, value, old, walk);
  return walk.issues;
}

function validateAt(node: Node, value: JsonValue, old: JsonValue | undefined, walk: Walk): void {
  if (value === old && typeof value === 'object' && value !== null) return;
  const before = walk.issues.length;
  if (before >= maxIssues) return;
  if (accepts(node, value, walk)) {
    for (const check of node.checks) {
      const issue = check(value, walk.path);
      if (issue) walk.issues.push(issue);
    }
    if (isObject(value)) validateObject(node, value, old, walk);
    else if (isList(value)) validateList(node, value, old, walk);
    if (node.junctions) validateJunctions(node, value, walk);
  }
  if (walk.issues.length > before && old !== undefined && equal(value, old)) walk.issues.length = before;
}

/** Whether the value is of the schema's type; says so if not. */
function accepts(node: Node, value: JsonValue, walk: Walk): boolean {
  if (value === null && node.nullable) return true;
  const type = jsonType(value);
  if (node.intOrString) {
    if (type === 'integer' || type === 'string') return true;
    walk.issues.push(typeInvalid(walk.path.at(), 'integer,string', type));
    return false;
  }
  if (node.type === undefined || node.type === type || (node.type === 'number' && type === 'integer')) return true;
  walk.issues.push(typeInvalid(walk.path.at(), node.type, type));
  return false;
}

function validateObject(node: Node, value: JsonObject, old: JsonValue | undefined, walk: Walk): void {
  const { path, issues } = walk;
  for (const name of node.required) if (own(value, name) === undefined) issues.push(required(path.at(name)));
  if (node.embedded) validateEmbedded(value, walk);
  if (node.properties.size === 0 && node.additional === undefined) return;
  const before = isObject(old) ? old : undefined;
  for (const key of Object.keys(value)) {
    const child = memberOf(node, key);
    const member = value[key];
    if (child === undefined || member === undefined) continue;
    path.push(key);
    validateAt(child, member, before && own(before, key), walk);
    path.pop();
  }
}

function validateEmbedded(value: JsonObject, { path, issues }: Walk): void {
  for (const name of ['apiVersion', 'kind']) {
    const given = own(value, name);
    if (given === undefined || given === '') issues.push(required(path.at(name), 'must not be empty'));
  }
}

function validateList(node: Node, list: readonly JsonValue[], old: JsonValue | undefined, walk: Walk): void {
  if (node.items === undefined || tooManyAlready(node, list)) return;
  if (node.listType !== 'atomic') findDuplicates(node, list, walk);
  const before = correlate(node, old);
  for (let index = 0; index < list.length && walk.issues.length < maxIssues; index++) {
    const item = list[index] as JsonValue;
    walk.path.push(index);
    validateAt(node.items, item, before(item), walk);
    walk.path.pop();
  }
}

/** A list that is over its limit is refused; nobody needs a word on each of its items. */
const tooManyAlready = (node: Node, list: readonly JsonValue[]): boolean =>
  node.schema.maxItems !== undefined && list.length > node.schema.maxItems;

function findDuplicates(node: Node, list: readonly JsonValue[], { path, issues }: Walk): void {
  const seen = new Set<string>();
  list.forEach((item, index) => {
    const identity = identityOf(node, item);
    if (identity === undefined) return;
    if (seen.has(identity.text) && issues.length < maxIssues) issues.push(duplicate(path.at(index), identity.shown));
    seen.add(identity.text);
  });
}

function validateJunctions(node: Node, value: JsonValue, walk: Walk): void {
  const { path, issues } = walk;
  const { allOf = [], anyOf = [], oneOf = [], not } = node.junctions ?? {};
  const problemsOf = (branch: Node): FieldIssue[] => {
    const inner: Walk = { path, issues: [] };
    validateAt(branch, value, undefined, inner);
    return inner.issues;
  };
  const name = JSON.stringify(path.at());
  for (const branch of allOf) issues.push(...problemsOf(branch));
  if (anyOf.length > 0) {
    const problems = anyOf.map(problemsOf);
    if (problems.every((list) => list.length > 0)) {
      issues.push(invalid(path.at(), '', `${name} must validate at least one schema (anyOf)`), ...(problems[0] ?? []));
    }
  }
  if (oneOf.length > 0) {
    const valid = oneOf.filter((branch) => problemsOf(branch).length === 0).length;
    const found = valid === 0 ? 'none valid' : `${String(valid)} valid alternatives`;
    if (valid !== 1) {
      issues.push(invalid(path.at(), '', `${name} must validate one and only one schema (oneOf). Found ${found}`));
    }
  }
  if (not && problemsOf(not).length === 0) {
    issues.push(invalid(path.at(), '', `${name} must not validate the schema (not)`));
  }
}
