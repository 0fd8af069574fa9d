/** One step of a field path: made from keys and items, read from the wire, shown to people. */
import type { JsonObject, JsonValue } from '../../schemas/object.ts';
import { canonical } from '../../schemas/structural/identity.ts';
import { show } from '../../schemas/structural/issue.ts';
import { isObject } from '../../schemas/structural/own.ts';

export const fieldStep = (name: string): string => `f:${name}`;

/** The form in which two steps are the same exactly when their texts are: keys sorted, no spaces. Undefined: no step. */
export function parseStep(text: string): string | undefined {
  const body = text.slice(2);
  switch (text.slice(0, 2)) {
    case 'f:':
      return text;
    case 'i:':
      return /^(0|[1-9]\d*)$/.test(body) ? text : undefined;
    case 'k:': {
      const keys = parseJson(body);
      return isObject(keys) ? `k:${canonical(keys)}` : undefined;
    }
    case 'v:': {
      const value = parseJson(body);
      return value === undefined ? undefined : `v:${canonical(value)}`;
    }
    default:
      return undefined;
  }
}

function parseJson(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return undefined;
  }
}

/** A path as conflicts show it: `.spec.ports[name="https"].port`, `.spec.tags[="a"]`, `.list[0]`. */
export const showPath = (path: readonly string[]): string => path.map(showStep).join('');

function showStep(step: string): string {
  const body = step.slice(2);
  switch (step[0]) {
    case 'k': {
      const keys = (parseJson(body) ?? {}) as JsonObject;
      return `[${Object.keys(keys)
        .map((name) => `${name}=${show(keys[name])}`)
        .join(',')}]`;
    }
    case 'v':
      return `[=${body}]`;
    case 'i':
      return `[${body}]`;
    default:
      return `.${body}`;
  }
}
