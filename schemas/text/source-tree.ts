/**
 * A decoded text with the place of every part, before it becomes a plain value. JSON and YAML both end here; values,
 * duplicate fields and positions are read from it in one way.
 */
import type { JsonValue } from '../object.ts';
import { TextError } from './text-error.ts';

export type SourceNode =
  | {
      readonly type: 'scalar';
      readonly offset: number;
      readonly value: JsonValue;
      /** A YAML text that stands without quotes and holds a `$`: where variables are substituted, it takes another type with them. */
      readonly plain?: true;
    }
  | { readonly type: 'list'; readonly offset: number; readonly items: readonly SourceNode[] }
  | { readonly type: 'map'; readonly offset: number; readonly entries: readonly SourceEntry[] };

export interface SourceEntry {
  readonly key: string;
  readonly keyOffset: number;
  readonly value: SourceNode;
}

/** A field that stands twice in one map. The later one counts. */
export interface DuplicateOffset {
  /** As the API server names it: `spec.ports[0].name`. */
  readonly path: string;
  readonly offset: number;
}

export interface TreeValue {
  readonly value: JsonValue;
  readonly duplicates: readonly DuplicateOffset[];
  /** A number in it has more digits than a double holds and is a bigint. */
  readonly hasBigInt: boolean;
}

/** Nested deeper than this is refused unless the caller says otherwise: no real object comes near. */
export const DEFAULT_MAX_DEPTH = 512;

/** Aliases may repeat parts; a value larger than this many parts is taken for an attack. */
export const DEFAULT_MAX_NODES = 5_000_000;
const MAX_ALIASED_RATIO = 100;
const SMALL = 100_000;

/**
 * The plain value of a tree. `written` is how many nodes the text has: what aliases multiply far beyond it is refused,
 * without a position. Keys become own properties whatever their name.
 */
export function valueOfTree(
  root: SourceNode,
  written: number,
  maxDepth: number,
  maxNodes: number = DEFAULT_MAX_NODES,
): TreeValue {
  const builder = new ValueBuilder(Math.min(maxNodes, Math.max(SMALL, written * MAX_ALIASED_RATIO)), maxDepth);
  const value = builder.build(root, '', 0);
  return { value, duplicates: builder.duplicates, hasBigInt: builder.hasBigInt };
}

class ValueBuilder {
  readonly duplicates: DuplicateOffset[] = [];
  hasBigInt = false;
  #left: number;
  readonly #maxDepth: number;

  constructor(limit: number, maxDepth: number) {
    this.#left = limit;
    this.#maxDepth = maxDepth;
  }

  build(node: SourceNode, path: string, depth: number): JsonValue {
    this.#left -= 1;
    if (depth > this.#maxDepth) throw new TextError(`aliases nest deeper than ${this.#maxDepth} levels`);
    if (this.#left < 0) throw new TextError('the aliases of this document repeat far more than it holds');
    switch (node.type) {
      case 'scalar':
        if (typeof node.value === 'bigint') this.hasBigInt = true;
        return node.value;
      case 'list':
        return node.items.map((item, index) => this.build(item, `${path}[${index}]`, depth + 1));
      case 'map':
        return this.#map(node.entries, path, depth);
    }
  }

  #map(entries: readonly SourceEntry[], path: string, depth: number): JsonValue {
    const object: Record<string, JsonValue> = {};
    for (const { key, keyOffset, value } of entries) {
      const at = path === '' ? key : `${path}.${key}`;
      if (Object.hasOwn(object, key)) this.#duplicate(at, keyOffset);
      const built = this.build(value, at, depth + 1);
      if (key === '__proto__') {
        Object.defineProperty(object, key, { value: built, writable: true, enumerable: true, configurable: true });
      } else {
        object[key] = built;
      }
    }
    return object;
  }

  #duplicate(path: string, offset: number): void {
    if (this.duplicates.length < 100) this.duplicates.push({ path, offset });
  }
}

/**
 * Offset of the field that a path names (`spec.ports[0].name`, keys with dots included), or of the nearest thing above
 * it that is there. For a field of a map it is the place of its key.
 */
export function offsetOfPath(root: SourceNode, path: string): number {
  let best = root.offset;
  let deepest = path.length;
  const search = (node: SourceNode, rest: string): boolean => {
    if (rest === '') return true;
    for (const step of stepsInto(node, rest)) {
      const left = rest.slice(step.length);
      if (left.length < deepest) {
        deepest = left.length;
        best = step.offset;
      }
      if (search(step.node, left)) return true;
    }
    return false;
  };
  search(root, path);
  return best;
}

interface PathStep {
  readonly node: SourceNode;
  readonly offset: number;
  /** Characters of the path that this step uses. */
  readonly length: number;
}

/** Ways into a node that the beginning of the path allows, longest key first. Of duplicate keys the last one counts. */
function stepsInto(node: SourceNode, rest: string): readonly PathStep[] {
  if (node.type === 'scalar') return [];
  if (node.type === 'list') {
    const [all, index] = /^\.?\[(\d+)\]/.exec(rest) ?? [];
    const item = index === undefined ? undefined : node.items[Number(index)];
    return item && all !== undefined ? [{ node: item, offset: item.offset, length: all.length }] : [];
  }
  const dot = rest.startsWith('.') ? 1 : 0;
  return node.entries
    .toReversed()
    .flatMap(({ key, keyOffset, value }): readonly PathStep[] => {
      if (rest.startsWith(`[${key}]`)) return [{ node: value, offset: keyOffset, length: key.length + 2 }];
      const length = dot + key.length;
      const fits = rest.startsWith(key, dot) && (length === rest.length || '.['.includes(rest.charAt(length)));
      return fits && key !== '' ? [{ node: value, offset: keyOffset, length }] : [];
    })
    .sort((a, b) => b.length - a.length);
}
