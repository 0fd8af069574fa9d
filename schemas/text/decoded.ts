import type { JsonValue } from '../object.ts';
import { placesOf } from './places.ts';
import type { Places } from './places.ts';
import { DEFAULT_MAX_DEPTH, offsetOfPath, valueOfTree } from './source-tree.ts';
import type { DuplicateOffset, SourceNode } from './source-tree.ts';
import { TextError } from './text-error.ts';
import type { LineIndex, Position } from './text-error.ts';

/** A field that stands twice in one map, and where its later place is. */
export interface DuplicateField {
  /** As the API server names it: `spec.ports[0].name`. */
  readonly path: string;
  readonly position: Position;
}

/** One value out of a text. */
export interface Decoded {
  readonly value: JsonValue;
  /** At most 100; the later of two fields counts. */
  readonly duplicates: readonly DuplicateField[];
  /** Some number in it is a bigint: what stores it must be flagged (see `encodeStored`). */
  readonly hasBigInt: boolean;
  /** Place of a field, or of the nearest thing above it: for errors that are found later than here. */
  positionOf(path: string): Position;
  /** Of every part: to be kept instead of this. */
  places(): Places;
}

export interface DecodeOptions {
  /** Shown in errors. */
  readonly file?: string | undefined;
  /** Lists and maps may nest this deep; at most 1000. */
  readonly maxDepth?: number | undefined;
  /** Values that a text may hold, aliases counted each time. A million small values are worse than one of a megabyte. */
  readonly maxNodes?: number | undefined;
}

const DEEPEST = 1000;

/** The depth that options ask for, within what the rest of the program can walk. */
export function depthLimit({ maxDepth = DEFAULT_MAX_DEPTH }: DecodeOptions): number {
  return Math.min(maxDepth, DEEPEST);
}

/** Refuses a text that holds more values than the options allow. */
export function checkNodes(nodes: number, { file, maxNodes }: DecodeOptions): void {
  if (maxNodes === undefined || nodes <= maxNodes) return;
  throw new TextError(`the text holds more than ${maxNodes} values: split it into smaller objects`, { file });
}

/** `duplicate field "spec.a"`: what the API server says in a warning, or refuses when validation is strict. */
export function duplicateMessage({ path }: { readonly path: string }): string {
  return `duplicate field ${JSON.stringify(path)}`;
}

/** Makes the value of a tree; `nodes` is how many nodes the text has. */
export function decodedFromTree(root: SourceNode, nodes: number, lines: LineIndex, options: DecodeOptions): Decoded {
  const { value, duplicates, hasBigInt } = atPlace(root, lines, options, () =>
    valueOfTree(root, nodes, depthLimit(options), options.maxNodes),
  );
  return {
    value,
    hasBigInt,
    duplicates: duplicates.map((one: DuplicateOffset) => ({ path: one.path, position: lines.at(one.offset) })),
    positionOf: (path) => lines.at(offsetOfPath(root, path)),
    places: () => placesOf(root, value),
  };
}

function atPlace<T>(root: SourceNode, lines: LineIndex, options: DecodeOptions, act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (!(error instanceof TextError)) throw error;
    throw new TextError(error.problem, { file: options.file, position: lines.at(root.offset) });
  }
}
