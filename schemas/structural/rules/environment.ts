/** The CEL language as Kubernetes' validation rules speak it: the standard library and the extensions that cost little. */
import { Environment } from '@marcbachmann/cel-js';
import { compilePattern } from '../pattern.ts';

type Ordered = number | bigint | string | boolean;

/** A rule's name for `matches`, since the library's own one is JavaScript's syntax, not RE2's. */
export const matchesFunction = 'matchesRE2';

/** A new environment with `self` and `oldSelf`. Costs about a millisecond: one a schema, not one a rule. */
export function createEnvironment(): Environment {
  const environment = new Environment({ enableOptionalTypes: true })
    .registerVariable('self', 'dyn')
    .registerVariable('oldSelf', 'dyn');
  for (const [signature, handler] of Object.entries(extensions())) {
    environment.registerFunction(signature, handler);
  }
  return environment;
}

function extensions(): Record<string, (...args: never[]) => unknown> {
  const matcher = cachedMatcher();
  return {
    [`string.${matchesFunction}(string): bool`]: (text: string, pattern: string) => matcher(pattern)(text),
    'list.isSorted(): bool': (list: Ordered[]) => list.every((item, i) => i === 0 || (list[i - 1] ?? item) <= item),
    'list.sum(): dyn': (list: (number | bigint)[]) => sum(list),
    'list.min(): dyn': (list: Ordered[]) => best(list, 'min', (a, b) => a < b),
    'list.max(): dyn': (list: Ordered[]) => best(list, 'max', (a, b) => a > b),
    'list.indexOf(dyn): int': (list: unknown[], item: unknown) => BigInt(list.indexOf(item)),
    'list.lastIndexOf(dyn): int': (list: unknown[], item: unknown) => BigInt(list.lastIndexOf(item)),
    'string.charAt(int): string': (text: string, at: bigint) => Array.from(text)[Number(at)] ?? '',
    'string.reverse(): string': (text: string) => Array.from(text).reverse().join(''),
    'string.replace(string, string): string': (text: string, from: string, to: string) => text.split(from).join(to),
    'isURL(string): bool': (text: string) => URL.canParse(text),
    'isQuantity(string): bool': (text: string) => quantityPattern.test(text),
  };
}

const quantityPattern = /^[+-]?(\d+(\.\d*)?|\.\d+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?\d+)?$/;

function sum(list: readonly (number | bigint)[]): number | bigint {
  if (list.every((item) => typeof item === 'bigint')) return list.reduce((total, item) => total + item, 0n);
  return list.reduce<number>((total, item) => total + Number(item), 0);
}

function best(list: readonly Ordered[], name: string, better: (a: Ordered, b: Ordered) => boolean): Ordered {
  const [first, ...rest] = list;
  if (first === undefined) throw new Error(`${name}() called on an empty list`);
  return rest.reduce((chosen, item) => (better(item, chosen) ? item : chosen), first);
}

/** Patterns in rules are nearly always constants; the few that are not must not fill the memory. */
function cachedMatcher(): (pattern: string) => (text: string) => boolean {
  const cache = new Map<string, (text: string) => boolean>();
  return (pattern) => {
    const known = cache.get(pattern);
    if (known) return known;
    if (cache.size >= 100) cache.clear();
    const compiled = compilePattern(pattern, 'rule');
    cache.set(pattern, compiled);
    return compiled;
  };
}
