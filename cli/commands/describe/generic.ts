import type { JsonObject, JsonValue, KubeObject } from '../../../schemas/object.ts';
import { isList, isObject, without } from '../../../schemas/structural/own.ts';
import { encodeJson } from '../../../schemas/text/json.ts';
import { parseTime } from '../../../schemas/values/time.ts';
import type { SheetRow, SheetValue } from '../../output/sheet.ts';
import { timeText } from './sections.ts';

const SHOWN_ELSEWHERE = ['apiVersion', 'kind', 'metadata'];

/** The fields of an object of any kind, with words for labels. */
export function bodyOfObject(object: KubeObject, now: number): readonly SheetRow[] {
  return Object.entries(object as unknown as JsonObject).flatMap(([name, value]) => {
    if (SHOWN_ELSEWHERE.includes(name) || value === undefined) return [];
    const shown = name === 'status' && isObject(value) ? without(value, 'conditions') : value;
    if (isObject(shown) && Object.keys(shown).length === 0) return [];
    return [[labelOf(name), sheetValue(shown, now)] as const];
  });
}

/** Any JSON value: maps become blocks, lists of plain values lines, times get their age. */
export function sheetValue(value: JsonValue, now: number): SheetValue {
  if (isList(value)) {
    if (!value.some((item) => typeof item === 'object' && item !== null)) return value.map((item) => scalar(item, now));
    return { rows: value.flatMap((item, at) => [[itemLabel(item, at), sheetValue(item, now)] as const]) };
  }
  if (!isObject(value)) return scalar(value, now);
  const entries = Object.entries(value).filter(([, member]) => member !== undefined);
  if (entries.length === 0) return '<none>';
  return { rows: entries.map(([name, member]) => [labelOf(name), sheetValue(member as JsonValue, now)] as const) };
}

const itemLabel = (item: JsonValue, at: number): string => {
  const name = isObject(item) ? item['name'] : undefined;
  return typeof name === 'string' ? name : `[${String(at)}]`;
};

function scalar(value: JsonValue, now: number): string {
  if (typeof value === 'object') return encodeJson(value);
  if (typeof value !== 'string') return String(value);
  return parseTime(value) === undefined ? value : timeText(value, now);
}

/** `restartPolicy` → `Restart Policy`; keys that are no such words stay as they are. */
export function labelOf(name: string): string {
  if (!/^[a-z][a-zA-Z0-9]*$/.test(name)) return name;
  const words = name.replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2').replaceAll(/([A-Z]+)([A-Z][a-z])/g, '$1 $2');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
