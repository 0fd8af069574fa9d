import type { Sync } from '../../schemas/gen/types.ts';
import { REASONS } from '../../schemas/conditions.ts';
import type { KubeObject } from '../../schemas/object.ts';
import { compileObjectExpression, type ObjectExpression } from '../../schemas/structural/rules/object-expression.ts';
import { SchemaError } from '../../schemas/structural/schema-error.ts';
import { Recent } from '../engine/recent.ts';
import { stalled } from './references.ts';

type Rules = NonNullable<Sync['spec']['readyExprs']>;

/** So many expressions stay compiled. */
const KEPT = 200;

/** Other ideas of health than that of kstatus, compiled once. */
export class ReadyExpressions {
  readonly #compiled = new Recent<string, ObjectExpression | SchemaError>(KEPT);

  /** Throws a stalled outcome for the first one that is no CEL. */
  check(rules: Rules): void {
    rules.forEach((rule, at) => this.#compile(rule.expression, `spec.readyExprs[${at}].expression`));
  }

  /** Whether an object is ready by the rule for its kind; undefined when there is none. What is an error for CEL is not ready. */
  isReady(rules: Rules, object: KubeObject): boolean | undefined {
    const fitting = rules.filter(({ apiVersion, kind }) => apiVersion === object.apiVersion && kind === object.kind);
    if (fitting.length === 0) return undefined;
    return fitting.every(({ expression }) => {
      try {
        return this.#compile(expression, 'spec.readyExprs')(object);
      } catch {
        return false;
      }
    });
  }

  #compile(expression: string, where: string): ObjectExpression {
    const compiled = this.#compiled.use(expression, () => {
      try {
        return compileObjectExpression(expression, '');
      } catch (error) {
        if (error instanceof SchemaError) return error;
        throw error;
      }
    });
    if (compiled instanceof SchemaError) throw stalled(REASONS.InvalidSpec, `${where}: ${compiled.detail}`);
    return compiled;
  }
}
