import { JsonPathError } from './syntax.ts';
import type { Comparison, JsonPath, Operand, Step } from './syntax.ts';

/** What a path starts from, and whether an index outside of a list is an error (kubectl) or nothing (columns). */
export interface Scope {
  readonly root: unknown;
  readonly current: unknown;
  readonly strictIndex?: boolean;
}

type Members = Readonly<Record<string, unknown>>;

/** Every value that the path leads to, in order. A field that is not there leads to nothing. */
export function evaluatePath(path: JsonPath, scope: Scope): readonly unknown[] {
  let values: readonly unknown[] = [path.from === 'root' ? scope.root : scope.current];
  for (const step of path.steps) values = values.flatMap((value) => applyStep(step, value, scope));
  return values;
}

function applyStep(step: Step, value: unknown, scope: Scope): readonly unknown[] {
  switch (step.type) {
    case 'field':
      return isMap(value) && Object.hasOwn(value, step.name) ? [value[step.name]] : [];
    case 'wildcard':
      return children(value);
    case 'recursive':
      return descendants(value);
    case 'index':
      return Array.isArray(value) ? applyIndex(step.index, value, scope) : [];
    case 'slice':
      return Array.isArray(value) ? applySlice(step, value) : [];
    case 'union':
      return step.branches.flatMap((branch) => applyStep(branch, value, scope));
    case 'filter':
      return Array.isArray(value) ? value.filter((item: unknown) => passes(step, item, scope)) : [];
  }
}

function applyIndex(index: number, list: readonly unknown[], scope: Scope): readonly unknown[] {
  const at = index < 0 ? list.length + index : index;
  if (at >= 0 && at < list.length) return [list[at]];
  if (scope.strictIndex) throw new JsonPathError(`array index out of bounds: index ${index}, length ${list.length}`);
  return [];
}

function applySlice(step: Extract<Step, { type: 'slice' }>, list: readonly unknown[]): readonly unknown[] {
  const absolute = (index: number): number =>
    Math.min(Math.max(index < 0 ? list.length + index : index, 0), list.length);
  const start = absolute(step.start ?? 0);
  const end = absolute(step.end ?? list.length);
  return list.slice(start, end).filter((_, index) => index % step.step === 0);
}

function passes(step: Extract<Step, { type: 'filter' }>, item: unknown, scope: Scope): boolean {
  const inner = { ...scope, current: item };
  const left = operandValues(step.left, inner);
  if (step.operator === 'exists') return left.length > 0;
  const right = step.right ? operandValues(step.right, inner) : [];
  if (left.length > 1 || right.length > 1) throw new JsonPathError('can only compare one element at a time');
  return left.length === 1 && right.length === 1 && compare(left[0], step.operator, right[0]);
}

const operandValues = (operand: Operand, scope: Scope): readonly unknown[] =>
  operand.type === 'literal' ? [operand.value] : evaluatePath(operand.path, scope);

function compare(left: unknown, operator: Comparison, right: unknown): boolean {
  const order = orderOf(left, right);
  switch (operator) {
    case '==':
      return order === 0;
    case '!=':
      return order !== 0;
    case '<':
      return order !== undefined && order < 0;
    case '<=':
      return order !== undefined && order <= 0;
    case '>':
      return order !== undefined && order > 0;
    case '>=':
      return order !== undefined && order >= 0;
  }
}

/** -1, 0 or 1 for two numbers or two texts, 0 for equal booleans and nulls; undefined for what cannot be compared. */
function orderOf(left: unknown, right: unknown): number | undefined {
  const numeric = (value: unknown): value is number | bigint => typeof value === 'number' || typeof value === 'bigint';
  const comparable = (numeric(left) && numeric(right)) || (typeof left === 'string' && typeof right === 'string');
  if (comparable) return left < right ? -1 : left > right ? 1 : 0;
  return left === right && (typeof left === 'boolean' || left === null) ? 0 : undefined;
}

const isMap = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const children = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? value : isMap(value) ? Object.values(value) : [];

/** The value itself and everything below it, parents first. Iterative: depth is the sender's choice. */
function descendants(value: unknown): readonly unknown[] {
  const found: unknown[] = [];
  const waiting: unknown[] = [value];
  while (waiting.length > 0) {
    const next = waiting.pop();
    found.push(next);
    for (const child of children(next).toReversed()) waiting.push(child);
  }
  return found;
}
