/**
 * Where the parts of a value stand in its text, in four bytes for each: for whoever keeps thousands of values and may be asked for a place later. A
 * source tree takes fifty times as much.
 */
import type { JsonObject, JsonValue } from '../object.ts';
import { isList } from '../structural/own.ts';
import { offsetOfPath } from './source-tree.ts';
import type { SourceEntry, SourceNode } from './source-tree.ts';

export interface Places {
  /**
   * In the order of a walk through the value (each before what is in it, fields as `Object.keys` has them): where it stands, and of a field where its
   * key does.
   */
  readonly offsets: Uint32Array<ArrayBuffer>;
  /** Numbers in the same walk of texts that stand without quotes and hold a `$`, ascending. */
  readonly plain: readonly number[];
}

/** The places of a value that was made of this tree. */
export function placesOf(root: SourceNode, value: JsonValue): Places {
  const offsets: number[] = [];
  const plain: number[] = [];
  const visit = (node: SourceNode, at: number, part: JsonValue): void => {
    const number = offsets.push(at) - 1;
    if (node.type === 'scalar') {
      if (node.plain === true) plain.push(number);
    } else if (node.type === 'list') {
      node.items.forEach((item, index) => visit(item, item.offset, (part as readonly JsonValue[])[index] ?? null));
    } else {
      // of a field that stands twice the later one counts
      const entries = new Map(node.entries.map((entry) => [entry.key, entry]));
      for (const key of Object.keys(part as JsonObject)) {
        const entry = entries.get(key);
        if (entry !== undefined) visit(entry.value, entry.keyOffset, (part as JsonObject)[key] ?? null);
      }
    }
  };
  visit(root, root.offset, value);
  return { offsets: Uint32Array.from(offsets), plain };
}

/** Offset of the field that a path names (`spec.ports[0].name`), or of the nearest thing above it that is there. */
export function offsetIn({ offsets }: Pick<Places, 'offsets'>, value: JsonValue, path: string): number {
  let number = 0;
  const treeOf = (part: JsonValue): SourceNode => {
    const offset = offsets[number++] ?? 0;
    if (isList(part)) return { type: 'list', offset, items: part.map(treeOf) };
    if (typeof part !== 'object' || part === null) return { type: 'scalar', offset, value: part };
    const entries = Object.keys(part).map((key): SourceEntry => {
      const keyOffset = offsets[number] ?? 0;
      return { key, keyOffset, value: treeOf(part[key] ?? null) };
    });
    return { type: 'map', offset, entries };
  };
  return offsetOfPath(treeOf(value), path);
}
