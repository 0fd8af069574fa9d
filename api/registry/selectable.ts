import type { KindDefinition } from '../../schemas/kind-definition.ts';
import type { JsonObject, JsonValue, KubeObject } from '../../schemas/object.ts';
import { isObject, own } from '../../schemas/structural/own.ts';
import type { CacheEntry } from '../watch-cache/entry.ts';
import type { KindReads } from './kind-store.ts';
import { valueOfEntry } from './object-value.ts';
import type { Selectable } from './selection.ts';

/** The values that field selectors of the kind look at, besides name and namespace. */
export function selectableFields(
  { selectableFields: paths, computedFields }: KindDefinition,
  object: KubeObject,
): Readonly<Record<string, string>> {
  const fields: Record<string, string> = {};
  for (const path of paths) {
    fields[path] = computedFields?.[path]?.(object) ?? textAt(object as unknown as JsonObject, path.split('.'));
  }
  return fields;
}

/**
 * What selections of this version look at. The cache indexes the fields of the stored form; those of a version that is
 * converted are worked out when the first selector asks for an entry, and kept as long as the entry.
 */
export function selectableBy(kind: KindReads): (entry: CacheEntry) => Selectable {
  const { conversion, definition } = kind;
  if (conversion === undefined || definition.selectableFields.length === 0) return (entry) => entry;
  const known = new WeakMap<CacheEntry, Selectable>();
  return (entry) => {
    const before = known.get(entry);
    if (before !== undefined) return before;
    const fields = { ...entry.fields, ...selectableFields(definition, valueOfEntry(kind, entry).object()) };
    const made = { labels: entry.labels, fields };
    known.set(entry, made);
    return made;
  };
}

function textAt(root: JsonObject, path: readonly string[]): string {
  let at: JsonValue | undefined = root;
  for (const key of path) at = isObject(at) ? own(at, key) : undefined;
  return at === undefined || at === null || typeof at === 'object' ? '' : String(at);
}
