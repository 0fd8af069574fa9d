/** `x-kubernetes-validations`: finds the rules of a schema, compiles them, and runs them over a value. */
import { EvaluationError, Optional } from '@marcbachmann/cel-js';
import type { JsonObject, JsonValue } from '../../object.ts';
import { correlate } from '../correlate.ts';
import { equal } from '../equal.ts';
import { FieldPath } from '../field-path.ts';
import { duplicate, forbidden, invalid, maxIssues, required, type FieldIssue } from '../issue.ts';
import { memberOf, type Node } from '../node.ts';
import { isList, isObject, own } from '../own.ts';
import type { ValidationRule } from '../schema.ts';
import { SchemaError } from '../schema-error.ts';
import { budget } from './budget.ts';
import { createEvaluation, type Evaluation } from './environment.ts';
import { compileProgram, type Program } from './program.ts';
import { nameOf, toCel, type CelList, type CelMap, type CelValue } from './value.ts';

interface CompiledRule {
  readonly rule: ValidationRule;
  readonly program: Program;
  readonly message: Program | undefined;
  /** `fieldPath` as it is written behind the place of the rule; empty when there is none. */
  readonly field: string;
}

interface Walk {
  readonly path: FieldPath;
  readonly issues: FieldIssue[];
}

/** One value at its place: as JSON and, once a rule at or above it has asked, as CEL. */
interface Place {
  readonly json: JsonValue;
  readonly cel: CelValue | undefined;
}

/** The rules of one schema, all compiled. */
export class Rules {
  readonly #root: Node;
  readonly #compiled = new Map<Node, readonly CompiledRule[]>();
  /** Nodes with a transition rule at or below them: an unchanged value still has to pass these. */
  readonly #transitions = new Set<Node>();

  /** @throws {SchemaError} for the first rule that is no CEL, with its path in the schema */
  constructor(root: Node) {
    this.#root = root;
    this.#compile(root, createEvaluation(), '');
  }

  /** For values that are otherwise valid. */
  validate(value: JsonObject, old?: JsonObject): FieldIssue[] {
    budget.renew();
    const walk: Walk = { path: new FieldPath(), issues: [] };
    this.#walk(this.#root, { json: value, cel: undefined }, old && { json: old, cel: undefined }, walk);
    return walk.issues;
  }

  #compile(node: Node, evaluation: Evaluation, path: string): boolean {
    if (!node.ruled) return false;
    const at = (name: string): string => (path === '' ? name : `${path}.${name}`);
    const rules = node.rules.map((rule, index) =>
      compileRule(rule, node, evaluation, at(`x-kubernetes-validations[${String(index)}]`)),
    );
    if (rules.length > 0) this.#compiled.set(node, rules);
    let transition = rules.some((rule) => rule.program.transition);
    const below = (child: Node | undefined, name: string): void => {
      if (child !== undefined && this.#compile(child, evaluation, at(name))) transition = true;
    };
    for (const [name, child] of node.properties) below(child, `properties.${name}`);
    below(node.additional, 'additionalProperties');
    below(node.items, 'items');
    if (transition) this.#transitions.add(node);
    return transition;
  }

  #walk(node: Node, self: Place, old: Place | undefined, walk: Walk): void {
    if (!node.ruled || self.json === null || walk.issues.length >= maxIssues) return;
    if (old !== undefined && old.json === self.json && !this.#transitions.has(node)) return;
    const rules = this.#compiled.get(node);
    const here: Place = rules ? this.#withCel(node, self) : self;
    const before = rules && old ? this.#withCel(node, old) : old;
    for (const rule of rules ?? []) this.#evaluate(rule, node, here, before, walk);
    if (isObject(here.json)) this.#walkObject(node, here.json, here.cel, before, walk);
    else if (isList(here.json)) this.#walkList(node, here.json, here.cel, before, walk);
  }

  #withCel(node: Node, place: Place): Place {
    return place.cel === undefined ? { json: place.json, cel: toCel(node, place.json) } : place;
  }

  #walkObject(node: Node, object: JsonObject, cel: CelValue | undefined, old: Place | undefined, walk: Walk): void {
    const former = isObject(old?.json) ? old.json : undefined;
    for (const key of Object.keys(object)) {
      const child = memberOf(node, key);
      const json = object[key];
      if (child?.ruled !== true || json === undefined) continue;
      const name = nameOf(node, key);
      const oldJson = former && own(former, key);
      if (node.properties.has(key)) walk.path.push(key);
      else walk.path.pushKey(key);
      this.#walk(
        child,
        { json, cel: (cel as CelMap | undefined)?.get(name) },
        oldJson === undefined ? undefined : { json: oldJson, cel: (old?.cel as CelMap | undefined)?.get(name) },
        walk,
      );
      walk.path.pop();
    }
  }

  #walkList(
    node: Node,
    list: readonly JsonValue[],
    cel: CelValue | undefined,
    old: Place | undefined,
    walk: Walk,
  ): void {
    if (node.items?.ruled !== true) return;
    // items that nothing correlates stand and fall with their list
    if (node.listType !== 'map' && old !== undefined && equal(list, old.json)) return;
    const before = correlate(node, old?.json);
    for (let index = 0; index < list.length; index++) {
      const json = list[index] as JsonValue;
      const former = before(json);
      walk.path.push(index);
      this.#walk(
        node.items,
        { json, cel: (cel as CelList | undefined)?.[index] },
        former === undefined ? undefined : { json: former, cel: undefined },
        walk,
      );
      walk.path.pop();
    }
  }

  #evaluate(compiled: CompiledRule, node: Node, self: Place, old: Place | undefined, walk: Walk): void {
    const { rule, program } = compiled;
    const optional = rule.optionalOldSelf === true;
    if (budget.exhausted || (program.transition && old === undefined && !optional)) return;
    const oldCel = old?.cel;
    const oldSelf = optional ? (oldCel === undefined ? Optional.none() : Optional.of(oldCel)) : (oldCel ?? null);
    const variables = { self: self.cel ?? null, oldSelf };
    let verdict: unknown;
    try {
      verdict = program.evaluate(variables);
      // an `||` may have swallowed the end of the budget
      budget.spend(0);
    } catch (cause) {
      const says = budget.exhausted ? failureOf(cause) : `${failureOf(cause)} evaluating rule: ${nameOfRule(rule)}`;
      walk.issues.push(invalid(walk.path.at(), node.type ?? '', says));
      return;
    }
    if (verdict === true || (!program.transition && old !== undefined && equal(self.json, old.json))) return;
    walk.issues.push(issueOf(compiled, self.json, messageOf(compiled, variables), walk.path));
  }
}

function compileRule(rule: ValidationRule, node: Node, { plain, optional }: Evaluation, where: string): CompiledRule {
  const environment = rule.optionalOldSelf === true ? optional : plain;
  return {
    rule,
    program: compileProgram(environment, rule.rule, 'bool', `${where}.rule`),
    message:
      rule.messageExpression === undefined
        ? undefined
        : compileProgram(environment, rule.messageExpression, 'string', `${where}.messageExpression`),
    field: parseFieldPath(rule.fieldPath ?? '', node, `${where}.fieldPath`),
  };
}

/** `.spec.name`, `['with.dots']`: the part of JSON path that CustomResourceDefinition allows, as errors write it. */
function parseFieldPath(path: string, root: Node, where: string): string {
  let text = '';
  let node: Node | undefined = root;
  const step = /\.([^.[\]]+)|\['((?:[^'\\]|\\.)*)'\]/gy;
  while (step.lastIndex < path.length) {
    const at = step.lastIndex;
    const found = step.exec(path);
    if (!found) throw new SchemaError(where, `${JSON.stringify(path)} is no field path (at ${path.slice(at)})`);
    const name: string = found[1] ?? (found[2] ?? '').replaceAll(/\\(.)/g, '$1');
    const declared: boolean = node === undefined || node.properties.has(name);
    text += declared ? (text === '' ? name : `.${name}`) : `[${name}]`;
    node = node && memberOf(node, name);
  }
  return text;
}

/** messageExpression, else message, else the rule itself; an expression that fails or gives nothing does not count. */
function messageOf({ rule, message }: CompiledRule, variables: { self: CelValue; oldSelf: unknown }): string {
  if (message) {
    try {
      const text = message.evaluate(variables);
      if (typeof text === 'string' && text.trim() !== '' && !text.includes('\n')) return text.trim();
    } catch {
      // as on a real server: a message that cannot be made must not hide that the rule failed
    }
  }
  return rule.message?.trim() || `failed rule: ${nameOfRule(rule)}`;
}

const nameOfRule = ({ message, rule }: ValidationRule): string => (message?.trim() || rule).trim();

function issueOf({ rule, field }: CompiledRule, value: JsonValue, says: string, path: FieldPath): FieldIssue {
  const place = path.at();
  const at = field === '' ? place : place === '' ? field : `${place}.${field}`;
  // what is large is not shown
  const hidden = typeof value === 'object';
  switch (rule.reason) {
    case 'FieldValueForbidden':
      return forbidden(at, says);
    case 'FieldValueRequired':
      return required(at, says);
    case 'FieldValueDuplicate':
      return hidden ? { path: at, reason: 'FieldValueDuplicate', message: 'Duplicate value' } : duplicate(at, value);
    default:
      return hidden
        ? { path: at, reason: 'FieldValueInvalid', message: `Invalid value: ${says}` }
        : invalid(at, value, says);
  }
}

/** Why an expression has no value, in the words of cel-go, which a real server passes on. */
function failureOf(cause: unknown): string {
  if (!(cause instanceof EvaluationError)) return cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : '';
  const { code, summary } = cause;
  switch (code) {
    case 'no_such_key':
      return summary.replace('No such', 'no such');
    case 'index_out_of_bounds':
      return `index out of bounds: ${/index (-?\d+)/.exec(summary)?.[1] ?? ''}`;
    case 'numeric_overflow':
      return summary.startsWith('integer') ? 'integer overflow' : summary;
    case 'modulo_by_zero':
      return 'modulus by zero';
    case 'no_such_overload':
    case 'no_matching_overload':
      return 'no such overload';
    case 'optional_value_missing':
      return 'optional.none() dereference';
    default:
      return summary;
  }
}
