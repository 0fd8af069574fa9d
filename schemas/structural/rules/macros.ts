/**
 * The macros of cel-go that the CEL library does not have: comprehensions with two variables (index and item, or key and
 * value), `sortBy`, `optMap` and `optFlatMap`. A macro sees its arguments as syntax, and binds names in them.
 */
import { EvaluationError, Optional, type Environment } from '@marcbachmann/cel-js';
import { budget } from './budget.ts';

/** What macros need of the library: its types, checker, scopes and evaluator. */
interface Type {
  readonly kind: string;
  readonly valueType: Type;
  readonly keyType: Type;
}
interface Scope {
  forkWithVariable(name: string, type: Type): Scope;
  reuse(parent: Scope): Scope;
  setIterValue(value: unknown, evaluator: Evaluator): Scope;
}
interface Checker {
  check(node: Syntax, scope: Scope): Type;
  getType(name: string): Type;
  createError(code: string, message: string, node: Syntax): Error;
  readonly registry: {
    getListType(item: Type): Type;
    getMapType(key: Type, value: Type): Type;
    getOptionalType(value: Type): Type;
  };
}
interface Evaluator {
  run(node: Syntax, scope: Scope): unknown;
  /** An error is a result: `all` and `exists` look whether another item decides. */
  tryEval(node: Syntax, scope: Scope): unknown;
}
interface Syntax {
  readonly op: string;
  readonly args: unknown;
}
interface Call {
  readonly args: readonly Syntax[];
  readonly receiver: Syntax;
}

/** One call of a macro. */
export interface BodyMacro {
  readonly async: false;
  /** What is evaluated in each round. */
  readonly bodies: readonly Syntax[];
  /** What a round costs. */
  steps: number;
  typeCheck(checker: Checker, macro: BodyMacro, scope: Scope): Type;
  evaluate(evaluator: Evaluator, macro: BodyMacro, scope: Scope): unknown;
}

export const isBodyMacro = (macro: unknown): macro is BodyMacro =>
  typeof macro === 'object' && macro !== null && 'bodies' in macro;

/** How a macro's variables get their types and values, and what becomes of its bodies. */
interface Shape {
  readonly variables: number;
  /** Types of the variables, from the receiver's. */
  readonly types: (checker: Checker, receiver: Type, node: Syntax) => readonly Type[];
  readonly result: (checker: Checker, bodies: readonly Type[], receiver: Type) => Type;
  /** `body(n, values)` evaluates the nth body with the variables set. */
  readonly run: (receiver: unknown, body: Body, bodies: number) => unknown;
}
type Body = (at: number, values: readonly unknown[], tolerant?: boolean) => unknown;

function macroOf(name: string, shape: Shape): (call: Call) => BodyMacro {
  return ({ args, receiver }) => {
    const names = args.slice(0, shape.variables).map((node) => nameOf(name, node));
    const bodies = args.slice(shape.variables);
    const scopes: Scope[] = [];
    return {
      async: false,
      bodies,
      steps: 1,
      typeCheck(checker, _macro, scope) {
        const type = checker.check(receiver, scope);
        let inner = scope;
        scopes.length = 0;
        shape.types(checker, type, receiver).forEach((one, at) => {
          inner = inner.forkWithVariable(names[at] ?? '', one);
          scopes.push(inner);
        });
        const types = bodies.map((body) => checker.check(body, inner));
        return shape.result(checker, types, type);
      },
      evaluate(evaluator, macro, scope) {
        const value = evaluator.run(receiver, scope);
        const body: Body = (at, values, tolerant = false) => {
          budget.spend(macro.steps);
          let inner = scope;
          scopes.forEach((one, index) => (inner = one.reuse(inner).setIterValue(values[index], evaluator)));
          const node = bodies[at] as Syntax;
          return tolerant ? evaluator.tryEval(node, inner) : evaluator.run(node, inner);
        };
        return shape.run(value, body, bodies.length);
      },
    };
  };
}

function nameOf(macro: string, { op, args }: Syntax): string {
  if (op === 'id' && typeof args === 'string') return args;
  throw new EvaluationError(`${macro}() argument must be a simple name`);
}

/** Index and item of a list, key and value of a map. */
const pairTypes: Shape['types'] = (checker, type, node) => {
  if (type.kind === 'list') return [checker.getType('int'), type.valueType];
  if (type.kind === 'map') return [type.keyType, type.valueType];
  if (type.kind === 'dyn') return [type, type];
  throw checker.createError('invalid_comprehension_range', 'expression cannot be range of a comprehension', node);
};

/** One after the other, as they are asked for: who asks for each has paid for its round. */
function* pairsOf(value: unknown): Generator<readonly [unknown, unknown]> {
  if (value instanceof Map) yield* value as Map<unknown, unknown>;
  else if (Array.isArray(value)) for (let index = 0; index < value.length; index++) yield [BigInt(index), value[index]];
  else throw new EvaluationError('no such overload');
}

const bool: Shape['result'] = (checker) => checker.getType('bool');

/** `all` with `decides` false, `exists` with true: one item that says so decides, whatever others do. */
const quantifier = (decides: boolean): Shape => ({
  variables: 2,
  types: pairTypes,
  result: bool,
  run(value, body) {
    let failure: unknown;
    for (const pair of pairsOf(value)) {
      const verdict = body(0, pair, true);
      if (verdict === decides) return decides;
      if (typeof verdict !== 'boolean') failure ??= verdict;
    }
    if (failure !== undefined) throw failure instanceof Error ? failure : new EvaluationError('no such overload');
    return !decides;
  },
});

const existsOne: Shape = {
  variables: 2,
  types: pairTypes,
  result: bool,
  run: (value, body) => [...pairsOf(value)].filter((pair) => body(0, pair) === true).length === 1,
};

/** cel-go's newer name of `exists_one`, over items of a list or keys of a map. */
const oneExists: Shape = {
  variables: 1,
  types: (checker, type, node) => [pairTypes(checker, type, node)[type.kind === 'list' ? 1 : 0] as Type],
  result: bool,
  run: (value, body) =>
    [...pairsOf(value)].filter(([key, item]) => body(0, [Array.isArray(value) ? item : key]) === true).length === 1,
};

/** The pairs that the filter lets through, if there is one before the last body, with what the last body makes of them. */
function* transformed(value: unknown, body: Body, bodies: number): Generator<readonly [unknown, unknown]> {
  for (const pair of pairsOf(value)) {
    if (bodies === 1 || body(0, pair) === true) yield [pair[0], body(bodies - 1, pair)];
  }
}

const last = <T>(items: readonly T[]): T => items[items.length - 1] as T;

const transformList: Shape = {
  variables: 2,
  types: pairTypes,
  result: (checker, types) => checker.registry.getListType(last(types)),
  run: (value, body, bodies) => Array.from(transformed(value, body, bodies), ([, made]) => made),
};

const transformMap: Shape = {
  variables: 2,
  types: pairTypes,
  result: (checker, types, type) =>
    checker.registry.getMapType(type.kind === 'map' ? type.keyType : checker.getType('int'), last(types)),
  run: (value, body, bodies) => new Map(transformed(value, body, bodies)),
};

const transformMapEntry: Shape = {
  variables: 2,
  types: pairTypes,
  result: (_checker, types) => last(types),
  run(value, body, bodies) {
    const entries = new Map<unknown, unknown>();
    for (const [, made] of transformed(value, body, bodies)) {
      for (const [key, one] of pairsOf(made)) {
        budget.spend(1);
        if (entries.has(key)) throw new EvaluationError(`insert failed: key ${String(key)} already exists`);
        entries.set(key, one);
      }
    }
    return entries;
  },
};

const itemType: Shape['types'] = (checker, type, node) => {
  if (type.kind === 'list') return [type.valueType];
  if (type.kind === 'dyn') return [type];
  throw checker.createError('invalid_comprehension_range', 'expression is no list', node);
};

const sortBy: Shape = {
  variables: 1,
  types: itemType,
  result: (_checker, _types, type) => type,
  run(value, body) {
    const keyed = [...pairsOf(value)].map(([, item]) => [body(0, [item]) as string, item] as const);
    return keyed.toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([, item]) => item);
  },
};

const presentType: Shape['types'] = (checker, type, node) => {
  if (type.kind === 'optional') return [type.valueType];
  if (type.kind === 'dyn') return [type];
  throw checker.createError('optional_expected', 'expression is no optional', node);
};

const ofOptional = (wrap: (value: unknown) => unknown, result: Shape['result']): Shape => ({
  variables: 1,
  types: presentType,
  result,
  run(value, body) {
    if (!(value instanceof Optional)) throw new EvaluationError('no such overload');
    return value.hasValue() ? wrap(body(0, [value.value()])) : Optional.none();
  },
});

const optMap = ofOptional(
  (made) => Optional.of(made),
  (checker, [type]) => checker.registry.getOptionalType(type as Type),
);
const optFlatMap = ofOptional(
  (made) => made,
  (_checker, [type]) => type as Type,
);

/** By signature; the library chooses by name and number of arguments alone. */
const MACROS: Readonly<Record<string, Shape>> = {
  'list.all(ast, ast, ast): bool': quantifier(false),
  'list.exists(ast, ast, ast): bool': quantifier(true),
  'list.exists_one(ast, ast, ast): bool': existsOne,
  'list.existsOne(ast, ast, ast): bool': existsOne,
  'list.existsOne(ast, ast): bool': oneExists,
  'list.transformList(ast, ast, ast): list<dyn>': transformList,
  'list.transformList(ast, ast, ast, ast): list<dyn>': transformList,
  'list.transformMap(ast, ast, ast): map<dyn, dyn>': transformMap,
  'list.transformMap(ast, ast, ast, ast): map<dyn, dyn>': transformMap,
  'list.transformMapEntry(ast, ast, ast): map<dyn, dyn>': transformMapEntry,
  'list.transformMapEntry(ast, ast, ast, ast): map<dyn, dyn>': transformMapEntry,
  'list.sortBy(ast, ast): list<dyn>': sortBy,
  'optional.optMap(ast, ast): optional<dyn>': optMap,
  'optional.optFlatMap(ast, ast): optional<dyn>': optFlatMap,
};

export function registerMacros(environment: Environment): void {
  for (const [signature, shape] of Object.entries(MACROS)) {
    const name = /\.(\w+)\(/.exec(signature)?.[1] ?? signature;
    environment.registerFunction(signature, macroOf(name, shape) as never);
  }
}
