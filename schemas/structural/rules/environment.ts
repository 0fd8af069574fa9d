/** The CEL language as Kubernetes 1.36 speaks it in validation rules: the standard library and Kubernetes' own ones. */
import { Environment } from '@marcbachmann/cel-js';
import { compileRegExp } from '../pattern.ts';
import { conversions } from './library/conversions.ts';
import { formats } from './library/formats.ts';
import { register } from './library/library.ts';
import { lists } from './library/lists.ts';
import { networks } from './library/networks.ts';
import { quantities } from './library/quantities.ts';
import { semvers } from './library/semvers.ts';
import { strings, type CompilePattern } from './library/strings.ts';
import { urls } from './library/urls.ts';
import { registerMacros } from './macros.ts';

/**
 * Functions of the CEL library that ours stand in for, by the name that a rule gives them: its `matches` takes
 * JavaScript's patterns, not RE2's, and its `join` makes texts of any length.
 */
export const replaced: ReadonlyMap<unknown, string> = new Map([
  ['matches', 'matchesRE2'],
  ['join', 'joinBounded'],
]);

/**
 * The language, without variables. Making it costs a millisecond and a tenth of a megabyte, and it never changes: all
 * schemas share the first one, in clones that cost next to nothing.
 */
export const language: () => Environment = once(createLanguage);

/** For evaluation: values bring their types along. `optional` is for rules whose former value may be missing. */
export interface Evaluation {
  readonly plain: Environment;
  readonly optional: Environment;
}

export function createEvaluation(): Evaluation {
  const withSelf = language().clone().registerVariable('self', 'dyn');
  return {
    plain: withSelf.clone().registerVariable('oldSelf', 'dyn'),
    // of what is merely `dyn`, the library cannot tell what `value()` gives
    optional: withSelf.clone().registerVariable('oldSelf', 'optional<dyn>'),
  };
}

function createLanguage(): Environment {
  const compile = cachedPatterns();
  const environment = new Environment({ enableOptionalTypes: true, homogeneousAggregateLiterals: false });
  register(environment, [lists, strings(compile), urls, quantities, networks, formats, semvers, conversions]);
  registerMacros(environment);
  for (const type of nullable) environment.registerOperator(`${type} == null`, () => false);
  return environment;
}

/** What cel-go lets a rule compare with null, though it never is. */
const nullable = [
  'optional<dyn>',
  'google.protobuf.Timestamp',
  'google.protobuf.Duration',
  'kubernetes.Quantity',
  'net.IP',
  'net.CIDR',
  'net.url.URL',
  'kubernetes.NamedFormat',
  'kubernetes.Semver',
];

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

/** Patterns in rules are nearly always constants; the few that are not must not fill the memory. */
function cachedPatterns(): CompilePattern {
  const cache = new Map<string, RegExp>();
  return (pattern) => {
    const known = cache.get(pattern);
    if (known) return known;
    if (cache.size >= 100) cache.clear();
    const compiled = compileRegExp(pattern, 'rule');
    cache.set(pattern, compiled);
    return compiled;
  };
}
