import { EvaluationError } from '@marcbachmann/cel-js';
import type { Library } from './library.ts';

/** A semantic version (2.0.0) as a value of the language. Build metadata does not count. */
class CelSemver {
  readonly numbers: readonly bigint[];
  readonly prerelease: readonly string[];

  constructor(numbers: readonly bigint[], prerelease: readonly string[]) {
    this.numbers = numbers;
    this.prerelease = prerelease;
  }
}

/** Kubernetes' `semver`. */
export const semvers: Library = {
  types: { 'kubernetes.Semver': CelSemver },
  functions: {
    'isSemver(string): bool': (text: string) => parse(text, false) !== undefined,
    'isSemver(string, bool): bool': (text: string, lenient: boolean) => parse(text, lenient) !== undefined,
    'semver(string): kubernetes.Semver': (text: string) => read(text, false),
    'semver(string, bool): kubernetes.Semver': read,
    'kubernetes.Semver.major(): int': ({ numbers }: CelSemver) => numbers[0],
    'kubernetes.Semver.minor(): int': ({ numbers }: CelSemver) => numbers[1],
    'kubernetes.Semver.patch(): int': ({ numbers }: CelSemver) => numbers[2],
    'kubernetes.Semver.isGreaterThan(kubernetes.Semver): bool': (a: CelSemver, b: CelSemver) => compare(a, b) > 0,
    'kubernetes.Semver.isLessThan(kubernetes.Semver): bool': (a: CelSemver, b: CelSemver) => compare(a, b) < 0,
    'kubernetes.Semver.compareTo(kubernetes.Semver): int': (a: CelSemver, b: CelSemver) => BigInt(compare(a, b)),
  },
  operators: { 'kubernetes.Semver == kubernetes.Semver': (a: CelSemver, b: CelSemver) => compare(a, b) === 0 },
};

const strict =
  /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?$/;

/** @param lenient a leading `v`, missing parts and leading zeros are forgiven */
function parse(text: string, lenient: boolean): CelSemver | undefined {
  if (text.length > 256) return undefined;
  const found = strict.exec(lenient ? complete(text) : text);
  if (found === null) return undefined;
  const prerelease = found[4]?.split('.') ?? [];
  if (prerelease.some((part) => /^0\d+$/.test(part))) return undefined;
  return new CelSemver(found.slice(1, 4).map(BigInt), prerelease);
}

function complete(text: string): string {
  const [, core = '', rest = ''] = /^v?([\d.]*)(.*)$/s.exec(text) ?? [];
  const parts = core.split('.').map((part) => part.replace(/^0+(?=\d)/, ''));
  const missing = rest === '' ? Math.max(0, 3 - parts.length) : 0;
  return [...parts, ...Array.from({ length: missing }, () => '0')].join('.') + rest;
}

function read(text: string, lenient: boolean): CelSemver {
  const version = parse(text, lenient);
  if (version === undefined) throw new EvaluationError(`semver parse error: ${JSON.stringify(text.slice(0, 100))}`);
  return version;
}

function compare(a: CelSemver, b: CelSemver): number {
  for (const [index, number] of a.numbers.entries()) {
    const other = b.numbers[index] ?? 0n;
    if (number !== other) return number < other ? -1 : 1;
  }
  if (a.prerelease.length === 0 || b.prerelease.length === 0) {
    return Math.sign(b.prerelease.length - a.prerelease.length);
  }
  for (const [index, part] of a.prerelease.entries()) {
    const other = b.prerelease[index];
    if (other === undefined) return 1;
    const order = comparePart(part, other);
    if (order !== 0) return order;
  }
  return a.prerelease.length < b.prerelease.length ? -1 : 0;
}

function comparePart(a: string, b: string): number {
  if (a === b) return 0;
  const numeric = (text: string): boolean => /^\d+$/.test(text);
  if (numeric(a) !== numeric(b)) return numeric(a) ? -1 : 1;
  if (numeric(a)) return BigInt(a) < BigInt(b) ? -1 : 1;
  return a < b ? -1 : 1;
}
