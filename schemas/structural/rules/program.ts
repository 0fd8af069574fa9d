import type { Environment } from '@marcbachmann/cel-js';
import { SchemaError } from '../schema-error.ts';
import { budget } from './budget.ts';
import { replaced } from './environment.ts';
import { hasMacro, type Macro } from './has.ts';
import { byListKind } from './list-kinds.ts';
import { isBodyMacro } from './macros.ts';
import type { CelValue } from './value.ts';

/** The variables of one evaluation. */
export interface Variables {
  readonly self: CelValue;
  readonly oldSelf: unknown;
}

/** A compiled expression. */
export interface Program {
  /** It speaks of `oldSelf`. */
  readonly transition: boolean;
  /** @throws {Error} what CEL calls an error: a missing key, an overflow; or too many steps */
  evaluate(variables: Variables): unknown;
}

/** What starting one rule costs at least, in steps. */
const startingSteps = 10;

/** So many operations of an expression take about the time of one step. */
const operationsPerStep = 16;

/** Longer expressions are no rule; the parser's own limits bound their nesting. */
const maxLength = 10_000;

/**
 * Compiles one expression and checks its types.
 * @param expected the type it must give
 * @param where path in the schema, for the error
 * @throws {SchemaError}
 */
export function compileProgram(
  environment: Environment,
  expression: string,
  expected: 'bool' | 'string',
  where: string,
): Program {
  if (expression.length > maxLength) throw new SchemaError(where, `is longer than ${String(maxLength)} characters`);
  const parsed = parse(environment, expression, where);
  let transition = false;
  visit(parsed.ast, (node) => {
    if (node.op === 'id' && node.args === 'oldSelf') transition = true;
    adapt(node);
    meter(node);
  });
  const checked = parsed.check();
  if (!checked.valid) throw refuse(expression, where, checked.error);
  if (checked.type !== expected && !checked.type?.startsWith('dyn')) {
    throw new SchemaError(
      where,
      `${JSON.stringify(expression)} gives ${String(checked.type)}, and must give ${expected}`,
    );
  }
  const cost = startingSteps + stepsOf(parsed.ast);
  return {
    transition,
    evaluate(variables) {
      budget.spend(cost);
      return parsed({ ...variables }) as unknown;
    },
  };
}

function parse(environment: Environment, expression: string, where: string): ReturnType<Environment['parse']> {
  try {
    return environment.parse(expression);
  } catch (cause) {
    throw refuse(expression, where, cause);
  }
}

function refuse(expression: string, where: string, cause: unknown): SchemaError {
  const [reason = ''] = (cause instanceof Error ? cause.message : String(cause)).split('\n');
  return new SchemaError(where, `${JSON.stringify(expression)} is no valid CEL expression: ${reason}`, { cause });
}

/** What we need of the library's syntax tree. */
export interface SyntaxNode {
  readonly op: string;
  args: unknown;
  readonly meta: {
    readonly alternate?: { readonly args: Comprehension };
    readonly macro?: unknown;
    readonly evaluate: Evaluate;
  };
  setMeta(key: 'evaluate', value: Evaluate): void;
  setMeta(key: 'macro', value: Macro): void;
}

type Evaluate = (evaluator: unknown, node: unknown, context: unknown) => unknown;

interface Comprehension {
  readonly step: unknown;
  condition?: (accumulated: unknown) => boolean;
}

const isNodeList = (value: unknown): value is unknown[] => Array.isArray(value);

/** Puts our own `has`, `matches` and `join` in the place of the library's. */
export function adapt(node: SyntaxNode): void {
  if (!isNodeList(node.args)) return;
  if (node.op === 'rcall') node.args[0] = replaced.get(node.args[0]) ?? node.args[0];
  const [name, given] = node.args;
  if (node.op !== 'call' || name !== 'has' || !isNodeList(given)) return;
  node.setMeta('macro', hasMacro(given[0] as SyntaxNode));
}

/** Operations that may have to look at all of a text or list, or make a new one. */
const looksAtAll = new Set(['call', 'rcall', '+', '==', '!=', 'in']);

const isListOperator = (op: string): boolean => op === '==' || op === '!=' || op === '+' || op === 'in';

/** A checked node of an operator with two sides. */
interface Binary {
  readonly op: string;
  readonly left: unknown;
  readonly right: unknown;
  handle(left: unknown, right: unknown, node: Binary, evaluator: unknown): unknown;
}

/** As the library does it, but for lists that are sets or maps. */
const evaluateLists: Evaluate = (evaluator, node, context) => {
  const binary = node as Binary;
  const runner = evaluator as { run(node: unknown, context: unknown): unknown };
  const left = runner.run(binary.left, context);
  const right = runner.run(binary.right, context);
  return byListKind(binary.op, left, right) ?? binary.handle(left, right, binary, evaluator);
};

/** Counts each step, so that nested loops over a large object end as an error and not as a standstill. */
function meter(node: SyntaxNode): void {
  const loop = node.meta.alternate?.args;
  if (loop !== undefined) {
    const goesOn = loop.condition;
    const round = stepsOf(loop.step);
    loop.condition = (accumulated) => {
      budget.spend(round);
      return goesOn === undefined || goesOn(accumulated);
    };
  } else if (isBodyMacro(node.meta.macro)) {
    node.meta.macro.steps = stepsOf(node.meta.macro.bodies);
  } else if (looksAtAll.has(node.op) && node.meta.macro === undefined) {
    const evaluate = isListOperator(node.op) ? evaluateLists : node.meta.evaluate;
    node.setMeta('evaluate', (evaluator, self, context) => {
      budget.spendLook();
      const result = evaluate(evaluator, self, context);
      if (typeof result === 'string') budget.sawText(result.length);
      else if (isNodeList(result)) budget.sawList(result.length);
      return result;
    });
  }
}

function stepsOf(root: unknown): number {
  let operations = 0;
  visit(root, () => operations++);
  return Math.ceil(operations / operationsPerStep);
}

/** Shows every node of a syntax tree once. */
export function visit(root: unknown, see: (node: SyntaxNode) => void): void {
  const stack: unknown[] = [root];
  const seen = new Set<unknown>();
  while (stack.length > 0) {
    const next = stack.pop();
    if (typeof next !== 'object' || next === null || seen.has(next)) continue;
    seen.add(next);
    if (isNodeList(next)) stack.push(...next);
    else if ('op' in next && 'args' in next) {
      see(next as SyntaxNode);
      stack.push(next.args);
    }
  }
}
