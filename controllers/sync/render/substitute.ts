/** Variables in the texts of an object. */
import type { JsonObject, JsonValue } from '../../../schemas/object.ts';
import { isList, put, type MutableObject } from '../../../schemas/structural/own.ts';
import { resolveCore } from '../../../schemas/text/core-scalar.ts';
import type { Substitution } from './types.ts';

/** `$${`, or `${NAME}`, `${NAME:-default}`, `${NAME:=default}`. A default ends at the first `}`, no variable stands in it, and it is no book. */
const VARIABLE = /\$\$\{|\$\{([A-Za-z_][A-Za-z0-9_]*)(?::[-=]((?:[^}$]|\$(?!\{)){0,4096}))?\}/g;

/** A variable that has no value. */
export interface Missing {
  readonly path: string;
  readonly name: string;
}

export interface Substituted {
  /** The very same value when there was nothing to do. */
  readonly value: JsonValue;
  readonly missing: readonly Missing[];
}

/**
 * Fills variables into all texts of a value, but not into keys. `isPlain` tells of the number of a part in a walk through the value (as `Places` count
 * them, the value itself is 0) whether it stood without quotes: a text of one variable alone takes its type there.
 */
export function substitute(
  value: JsonValue,
  substitution: Substitution,
  isPlain: (number: number) => boolean,
): Substituted {
  const missing: Missing[] = [];
  let number = 0;
  const visit = (part: JsonValue, path: string): JsonValue => {
    const own = number++;
    if (typeof part === 'string') {
      if (!part.includes('$')) return part;
      const filled = fill(part, substitution, (name) => missing.push({ path, name }));
      return filled.isAlone && isPlain(own) ? resolveCore(filled.text) : filled.text;
    }
    if (isList(part)) {
      const next = part.map((item, index) => visit(item, `${path}[${index}]`));
      return next.some((item, index) => item !== part[index]) ? next : part;
    }
    return typeof part === 'object' && part !== null ? visitMap(part, path) : part;
  };
  const visitMap = (map: JsonObject, path: string): JsonObject => {
    const next: MutableObject = {};
    let changed = false;
    for (const key of Object.keys(map)) {
      const before = map[key] ?? null;
      const after = visit(before, path === '' ? key : `${path}.${key}`);
      changed ||= after !== before;
      put(next, key, after);
    }
    return changed ? next : map;
  };
  return { value: visit(value, ''), missing };
}

interface Filled {
  readonly text: string;
  /** There is nothing but one variable. */
  readonly isAlone: boolean;
}

/** `onMissing` hears of variables that strictness does not allow to be empty. */
function fill(text: string, { variables, strict }: Substitution, onMissing: (name: string) => void): Filled {
  // behind the last closing brace there is no variable, and looking for one takes time
  const end = text.lastIndexOf('}') + 1;
  let isAlone = false;
  const filled = text.slice(0, end).replace(VARIABLE, (all, name: string | undefined, fallback: string | undefined) => {
    if (name === undefined) return '${';
    isAlone = all.length === text.length;
    const value = Object.hasOwn(variables, name) ? variables[name] : undefined;
    if (fallback !== undefined) return value === undefined || value === '' ? fallback : value;
    if (value === undefined && strict) onMissing(name);
    return value ?? '';
  });
  // `$${` needs no closing brace
  return { text: filled + text.slice(end).replaceAll('$${', '${'), isAlone };
}
