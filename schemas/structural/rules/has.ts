/**
 * `has()` as cel-go has it: `has(list[0].field)` and `has(call().field)` too, where the library takes plain chains of names
 * only.
 */

/** What the macro needs of the library's checker and evaluator. */
interface Checker {
  check(node: unknown, context: unknown): unknown;
  getType(name: 'bool'): unknown;
  createError(code: string, message: string, node: unknown): Error;
}

interface Evaluator {
  run(node: unknown, context: unknown): unknown;
  debugType(value: unknown): { fieldLazy(value: unknown, key: string, node: unknown, evaluator: Evaluator): unknown };
}

/** A macro in the form that the library calls. */
export interface Macro {
  readonly async: false;
  typeCheck(checker: Checker, macro: Macro, context: unknown): unknown;
  evaluate(evaluator: Evaluator, macro: Macro, context: unknown): boolean;
}

/** The macro for one call. `argument` is its only argument, as a node of the syntax tree. */
export function hasMacro(argument: { readonly op: string; readonly args: unknown }): Macro {
  const [object, field] = argument.args as [unknown, string];
  return {
    async: false,
    typeCheck(checker, _macro, context) {
      if (argument.op !== '.')
        throw checker.createError('invalid_macro_argument', 'invalid argument to has() macro', argument);
      checker.check(object, context);
      return checker.getType('bool');
    },
    evaluate(evaluator, _macro, context) {
      const value = evaluator.run(object, context);
      return evaluator.debugType(value).fieldLazy(value, field, argument, evaluator) !== undefined;
    },
  };
}
