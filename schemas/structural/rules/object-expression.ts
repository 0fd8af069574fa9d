/** Expressions over a whole object of whatever kind, which they know as `object`. */
import type { JsonValue, KubeObject } from '../../object.ts';
import { isList, isObject } from '../own.ts';
import { budget } from './budget.ts';
import { language } from './environment.ts';
import { compileProgram, type Variables } from './program.ts';
import type { CelValue } from './value.ts';

export type ObjectExpression = (object: KubeObject) => boolean;

/**
 * Compiles an expression that gives a bool. Fields have the names that they have in JSON, and whole numbers are integers.
 * @throws {SchemaError} when it is no CEL; `where` is its place, for the error
 */
export function compileObjectExpression(expression: string, where: string): ObjectExpression {
  const environment = language().clone().registerVariable('object', 'dyn');
  const program = compileProgram(environment, expression, 'bool', where);
  return (object) => {
    budget.renew();
    const variables = { object: plainToCel(object as unknown as JsonValue) };
    return program.evaluate(variables as unknown as Variables) === true;
  };
}

function plainToCel(value: JsonValue): CelValue {
  if (isObject(value)) {
    return new Map(
      Object.entries(value).flatMap(([name, member]) =>
        member === undefined ? [] : [[name, plainToCel(member)] as const],
      ),
    );
  }
  if (isList(value)) {
    budget.sawList(value.length);
    return value.map(plainToCel);
  }
  if (typeof value === 'string') budget.sawText(value.length);
  return typeof value === 'number' && Number.isInteger(value) ? BigInt(value) : value;
}
