import { EvaluationError, type Environment } from '@marcbachmann/cel-js';
import { SchemaError } from '../schema-error.ts';
import { matchesFunction } from './environment.ts';
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

/**
 * What is left of the steps that the rules of one validation may take together: some tens of milliseconds. A step is one
 * round of `all`, `exists`, `map`, …; starting a rule counts as some.
 */
export class Budget {
  #left = 0;

  renew(): void {
    this.#left = maxSteps;
  }

  /** @throws {EvaluationError} when nothing is left */
  spend(steps: number): void {
    this.#left -= steps;
    if (this.#left >= 0) return;
    throw new EvaluationError(
      `the rules of the object took more than ${String(maxSteps)} steps: bound the lists they loop over (maxItems)`,
    );
  }
}

const maxSteps = 100_000;

/** What starting one rule costs, in steps. */
const startingSteps = 10;

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
  budget: Budget,
  expression: string,
  expected: 'bool' | 'string',
  where: string,
): Program {
  if (expression.length > maxLength) throw new SchemaError(where, `is longer than ${String(maxLength)} characters`);
  const parsed = parse(environment, expression, where);
  let transition = false;
  visit(parsed.ast, (node) => {
    if (node.op === 'id' && node.args === 'oldSelf') transition = true;
    if (node.op === 'rcall' && isNodeList(node.args) && node.args[0] === 'matches') node.args[0] = matchesFunction;
    meter(node, budget);
  });
  const checked = parsed.check();
  if (!checked.valid) throw refuse(expression, where, checked.error);
  if (checked.type !== expected && !checked.type?.startsWith('dyn')) {
    throw new SchemaError(
      where,
      `${JSON.stringify(expression)} gives ${String(checked.type)}, and must give ${expected}`,
    );
  }
  return {
    transition,
    evaluate(variables) {
      budget.spend(startingSteps);
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
interface SyntaxNode {
  readonly op: string;
  args: unknown;
  readonly meta?: { readonly alternate?: { readonly args: Comprehension } };
}

interface Comprehension {
  condition?: (accumulated: unknown) => boolean;
}

const isNodeList = (value: unknown): value is unknown[] => Array.isArray(value);

/** Counts each step of a macro, so that nested loops over a large object end as an error and not as a standstill. */
function meter(node: SyntaxNode, budget: Budget): void {
  const loop = node.meta?.alternate?.args;
  if (loop === undefined) return;
  const goesOn = loop.condition;
  loop.condition = (accumulated) => {
    budget.spend(1);
    return goesOn === undefined || goesOn(accumulated);
  };
}

function visit(root: unknown, see: (node: SyntaxNode) => void): void {
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
