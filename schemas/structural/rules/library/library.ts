import type { Environment } from '@marcbachmann/cel-js';

/** A handler as the CEL library calls it: the receiver first, then the arguments. */
export type Handler = (...args: never[]) => unknown;

/** Some functions of the language, with the types they bring along. */
export interface Library {
  /** Opaque types by their name in signatures. */
  readonly types?: Readonly<Record<string, new (...args: never[]) => unknown>>;
  /** Names that stand before functions, as `sets` in `sets.contains(…)`, with the type of which each is the only value. */
  readonly namespaces?: Readonly<Record<string, string>>;
  /** By signature, in the library's notation: `string.find(string): string`. */
  readonly functions: Readonly<Record<string, Handler>>;
  /** Equality of the types. */
  readonly operators?: Readonly<Record<string, Handler>>;
}

/** Adds libraries to an environment; types first, since functions of one may name types of another. */
export function register(environment: Environment, libraries: readonly Library[]): void {
  for (const { types = {}, namespaces = {} } of libraries) {
    for (const [name, type] of Object.entries(types)) environment.registerType(name, type);
    for (const [name, type] of Object.entries(namespaces)) registerNamespace(environment, name, type);
  }
  for (const { functions, operators = {} } of libraries) {
    for (const [signature, handler] of Object.entries(functions)) {
      environment.registerFunction(signature, handler, { async: false } as object);
    }
    for (const [signature, handler] of Object.entries(operators)) {
      environment.registerOperator(signature, handler as (left: unknown, right: unknown) => unknown);
    }
  }
}

/** The CEL library tells types apart by their class, so each namespace has one of its own. */
function registerNamespace(environment: Environment, name: string, type: string): void {
  class Namespace {
    readonly name = name;
  }
  environment.registerType(type, Namespace).registerConstant(name, type, new Namespace());
}
