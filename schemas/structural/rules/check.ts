/** Checks expressions against the types of a schema, and says what is wrong in the words of cel-go. */
import { ParseError, TypeError, type Environment } from '@marcbachmann/cel-js';
import { compileRegExp } from '../pattern.ts';
import { adapt, visit } from './program.ts';
import type { ObjectTypes } from './types.ts';

/** What an expression is. */
export interface CheckedExpression {
  readonly type: string;
  /** It speaks of `oldSelf`. */
  readonly transition: boolean;
}

/** What is wrong with an expression; the text has the place in it, over several lines. */
export interface ExpressionProblem {
  readonly problem: string;
}

/** The longest expression that is looked at; no rule of a person's is. */
const maxLength = 10_000;

/** Parses and checks one expression. Never throws for what a stranger can write. */
export function checkExpression(
  environment: Environment,
  objects: ObjectTypes,
  expression: string,
): CheckedExpression | ExpressionProblem {
  if (expression.length > maxLength) return { problem: `longer than ${String(maxLength)} characters` };
  try {
    const parsed = environment.parse(expression);
    const found = nodesOf(parsed.ast);
    const checked = parsed.check();
    if (!checked.valid) return { problem: explain(checked.error, expression, environment) };
    const wrong = found.map((node) => lateProblem(node, objects)).find((problem) => problem !== undefined);
    if (wrong) return { problem: at(expression, wrong.position, wrong.says) };
    const transition = found.some((node) => node.op === 'id' && node.args === 'oldSelf');
    return { type: checked.type ?? 'dyn', transition };
  } catch (error) {
    return { problem: explain(error, expression, environment) };
  }
}

/** What we need of the library's syntax tree. */
interface SyntaxNode {
  readonly op: string;
  readonly args: unknown;
  readonly pos: number;
  readonly start: number;
  readonly end: number;
  readonly checkedType?: { readonly name: string };
}

function nodesOf(root: unknown): readonly SyntaxNode[] {
  const found: SyntaxNode[] = [];
  visit(root, (node) => {
    if (node.op === 'call') adapt(node);
    found.push(node as unknown as SyntaxNode);
  });
  return found;
}

const patternFunctions = new Set(['matches', 'find', 'findAll']);

/** What the library lets pass and cel-go does not: `has()` of undeclared fields, and patterns that are none. */
function lateProblem(node: SyntaxNode, objects: ObjectTypes): { position: number; says: string } | undefined {
  if (node.op === 'call') {
    const [name, [argument]] = node.args as [string, SyntaxNode[]];
    if (name !== 'has' || argument?.op !== '.') return undefined;
    const [object, field] = argument.args as [SyntaxNode, string];
    const fields = objects.get(object.checkedType?.name ?? '');
    return fields === undefined || fields.has(field)
      ? undefined
      : { position: object.end, says: `undefined field '${field}'` };
  }
  if (node.op !== 'rcall') return undefined;
  const [name, , [argument]] = node.args as [string, SyntaxNode, SyntaxNode[]];
  if (!patternFunctions.has(name) || argument?.op !== 'value' || typeof argument.args !== 'string') return undefined;
  try {
    compileRegExp(argument.args, 'rule');
    return undefined;
  } catch {
    return { position: argument.start, says: `invalid ${name} argument` };
  }
}

/** cel-go's picture of a place: line and column from 1, the line, and a caret below dots. */
function at(expression: string, position: number, says: string): string {
  const before = expression.slice(0, position).split('\n');
  const column = before.at(-1)?.length ?? 0;
  const line = expression.split('\n')[before.length - 1] ?? '';
  return `ERROR: <input>:${String(before.length)}:${String(column + 1)}: ${says}\n | ${line}\n | ${'.'.repeat(column)}^`;
}

function explain(error: unknown, expression: string, environment: Environment): string {
  if (!(error instanceof ParseError || error instanceof TypeError)) {
    return error instanceof Error ? error.message : String(error);
  }
  const node = error.node as SyntaxNode | undefined;
  const start = error.range?.start ?? 0;
  if (error instanceof ParseError || node === undefined) return at(expression, start, `Syntax error: ${error.summary}`);
  const { position, says } = inGo(error, node, expression, environment);
  return at(expression, position ?? start, says);
}

interface Explained {
  readonly position?: number;
  readonly says: string;
}

function inGo(error: TypeError, node: SyntaxNode, expression: string, environment: Environment): Explained {
  const { summary } = error;
  const found =
    /^(?:No such key: (?<field>.*)|Unknown variable: (?<variable>.*)|Cannot index type '(?<scalar>.*)')$/.exec(summary);
  const { field, variable, scalar } = found?.groups ?? {};
  const dot = expression.lastIndexOf('.', node.pos);
  if (field !== undefined) return { position: dot, says: `undefined field '${field}'` };
  if (variable !== undefined) return { says: `undeclared reference to '${variable}' (in container '')` };
  if (scalar !== undefined) {
    return { position: dot, says: `type '${goType(scalar)}' does not support field selection` };
  }
  if (summary.startsWith('no such overload')) return operatorProblem(summary, node, expression);
  if (summary.startsWith('found no matching overload')) return functionProblem(summary, node, expression, environment);
  return { says: summary };
}

function operatorProblem(summary: string, node: SyntaxNode, expression: string): Explained {
  const { op, args } = node;
  const [left] = Array.isArray(args) ? (args as SyntaxNode[]) : [];
  const operands = summary.replace('no such overload: ', '');
  if (left === undefined) return { says: noOverload(op === '-_' ? '-_' : '!_', `(${goType(operands.slice(1))})`) };
  const [one = '', two = ''] = operands.split(` ${op} `);
  const name = op === 'in' ? '@in' : `_${op}_`;
  return { position: expression.indexOf(op, left.end), says: noOverload(name, `(${goType(one)}, ${goType(two)})`) };
}

function functionProblem(summary: string, node: SyntaxNode, expression: string, environment: Environment): Explained {
  const isMember = node.op === 'rcall';
  const [name, receiver] = node.args as [string, SyntaxNode];
  const from = isMember ? receiver.end : node.start;
  const position = expression.indexOf('(', expression.indexOf(name, from));
  const known = environment.getDefinitions().functions.some((one) => one.name === name);
  if (!known) return { position, says: `undeclared reference to '${name}' (in container '')` };
  const [, target = '', types = ''] = /'(?:(.*)\.)?[^.(]+\((.*)\)'$/.exec(summary) ?? [];
  return { position, says: noOverload(name, isMember ? `${goType(target)}.(${goType(types)})` : `(${goType(types)})`) };
}

const noOverload = (name: string, types: string): string =>
  `found no matching overload for '${name}' applied to '${types}'`;

/** `list<string>` is `list(string)` there. */
const goType = (type: string): string =>
  type
    .replaceAll('google.protobuf.Timestamp', 'timestamp')
    .replaceAll('google.protobuf.Duration', 'duration')
    .replaceAll('<', '(')
    .replaceAll('>', ')');
