/** Where two servers differ in their answers to one probe, as lines for people. */
import type { JsonObject, JsonValue } from '../../../schemas/object.ts';
import type { Probe } from './probe.ts';
import type { Shown } from './normalise.ts';

/** Empty when they do not differ. */
export function differences(probe: Probe, theirs: readonly Shown[], ours: readonly Shown[]): string[] {
  return probe.steps.flatMap(({ verb, path = '' }, index) => {
    const lines = compare(theirs[index] as unknown as JsonValue, ours[index] as unknown as JsonValue, '');
    return lines.length === 0 ? [] : [`step ${String(index)} ${verb} ${path}`, ...lines.map((line) => `    ${line}`)];
  });
}

function compare(theirs: JsonValue | undefined, ours: JsonValue | undefined, path: string): string[] {
  const keys = keysOf(theirs, ours);
  if (keys === undefined) {
    const [left, right] = [JSON.stringify(theirs), JSON.stringify(ours)];
    return left === right
      ? []
      : [`${path}: real ${left ?? 'nothing'}`, `${' '.repeat(path.length)}  ours ${right ?? 'nothing'}`];
  }
  return keys.flatMap((key) => compare(at(theirs, key), at(ours, key), `${path}.${key}`));
}

function keysOf(a: JsonValue | undefined, b: JsonValue | undefined): string[] | undefined {
  if (Array.isArray(a) !== Array.isArray(b) || !isContainer(a) || !isContainer(b)) return undefined;
  return [...new Set([...Object.keys(a), ...Object.keys(b)])];
}

const isContainer = (value: JsonValue | undefined): value is JsonObject => typeof value === 'object' && value !== null;
const at = (value: JsonValue | undefined, key: string): JsonValue | undefined =>
  isContainer(value) && Object.hasOwn(value, key) ? value[key] : undefined;
