import { isDeepStrictEqual } from 'node:util';
import { ABSENT, type Expected, type KubectlStep, type TextExpectation } from './case.ts';
import { fillPattern, fillText, fillValue, type Words } from './words.ts';

/** What a command did. */
export interface Outcome {
  /** Exit code; undefined when it was ended because it had said what was waited for. */
  readonly code: number | undefined;
  readonly out: string;
  readonly err: string;
}

/** What is not as expected, a line or more each; none when all is. */
export function differences(step: Expected | KubectlStep, outcome: Outcome, words: Words): string[] {
  const found: string[] = [];
  const wanted = 'kubectl' in step ? step : undefined;
  const exit = wanted?.exit ?? 0;
  if (outcome.code !== undefined && outcome.code !== exit) found.push(`exit code is ${outcome.code}, expected ${exit}`);
  if (wanted?.until !== undefined && outcome.code !== undefined)
    found.push(`it ended by itself, and was to go on until stdout matches ${String(fillPattern(wanted.until, words))}`);
  if (step.out !== undefined) found.push(...textDifferences('stdout', outcome.out, step.out, words));
  if (step.lacks !== undefined && fillPattern(step.lacks, words).test(outcome.out))
    found.push(`stdout matches ${String(fillPattern(step.lacks, words))}, which it should not`);
  if (wanted?.err !== undefined) found.push(...textDifferences('stderr', outcome.err, wanted.err, words));
  else if (wanted !== undefined && exit === 0 && outcome.err !== '') found.push('stderr should be empty');
  if (step.json !== undefined) found.push(...jsonDifferences(outcome.out, fillValue(step.json, words)));
  return found;
}

function textDifferences(stream: string, actual: string, expected: TextExpectation, words: Words): string[] {
  if (typeof expected === 'string') {
    const wanted = trimEnd(fillText(expected, words));
    return trimEnd(actual) === wanted ? [] : [`${stream} should be:\n${indent(wanted)}`];
  }
  const patterns = expected instanceof RegExp ? [expected] : expected;
  return patterns
    .map((each) => fillPattern(each, words))
    .filter((each) => !each.test(actual))
    .map((each) => `${stream} does not match ${String(each)}`);
}

function jsonDifferences(text: string, expected: unknown): string[] {
  let actual: unknown;
  try {
    actual = JSON.parse(text);
  } catch {
    return ['stdout is not JSON'];
  }
  return missing(actual, expected, '');
}

/**
 * Where `actual` does not hold `expected`: objects may have more keys than expected, lists must have as many items; ABSENT is
 * a key that must not be there, a pattern is for a string.
 */
export function missing(actual: unknown, expected: unknown, path: string): string[] {
  const at = path === '' ? 'the JSON' : path;
  if (expected === ABSENT) return actual === undefined ? [] : [`${at} should not be there`];
  if (expected instanceof RegExp)
    return typeof actual === 'string' && expected.test(actual) ? [] : [`${at} does not match ${String(expected)}`];
  if (Array.isArray(expected)) {
    if (!Array.isArray(actual) || actual.length !== expected.length)
      return [`${at} is ${show(actual)}, expected a list of ${expected.length}`];
    return expected.flatMap((each, index) => missing(actual[index], each, `${path}[${index}]`));
  }
  if (typeof expected === 'object' && expected !== null) {
    if (typeof actual !== 'object' || actual === null) return [`${at} is ${show(actual)}, expected an object`];
    const fields = new Map(Object.entries(actual));
    return Object.entries(expected).flatMap(([key, value]) => missing(fields.get(key), value, `${path}.${key}`));
  }
  return isDeepStrictEqual(actual, expected) ? [] : [`${at} is ${show(actual)}, expected ${show(expected)}`];
}

const show = (value: unknown): string => (value === undefined ? 'absent' : JSON.stringify(value));
const trimEnd = (text: string): string => text.replace(/\n+$/, '');
const indent = (text: string): string => text.replace(/^/gm, '  ');
