/** A Compose file as it was written: values with their places, before anything is made of them. */
import { formatPosition, type Position } from '../../../../schemas/text/text-error.ts';

/** Where a file came from. */
export interface Source {
  /** As the user wrote it, for messages. */
  readonly name: string;
  /** Absolute; what relative paths in it start from. */
  readonly directory: string;
}

export interface Origin {
  readonly source: Source;
  readonly position: Position;
}

interface Common {
  readonly origin: Origin;
  /** Of the merge with a file before: `reset` takes the former value away, `override` puts this one in its place whole. */
  readonly tag?: 'reset' | 'override';
}

export type ScalarValue = string | number | boolean | null;

export interface Scalar extends Common {
  readonly type: 'scalar';
  readonly value: ScalarValue;
}

export interface List extends Common {
  readonly type: 'list';
  readonly items: readonly Node[];
}

export interface Entry {
  readonly key: string;
  readonly origin: Origin;
  readonly value: Node;
}

export interface Mapping extends Common {
  readonly type: 'map';
  /** In the order of the text. */
  readonly entries: ReadonlyMap<string, Entry>;
}

export type Node = Scalar | List | Mapping;

/** `compose.yaml:3:5`. */
export const placeOf = ({ source, position }: Origin): string => formatPosition(position, source.name);

/** A mistake in a Compose file, or in a file that it names. The message begins with the place. */
export class ComposeError extends Error {
  override readonly name = 'ComposeError';
  constructor(problem: string, origin?: Origin) {
    super(origin === undefined ? problem : `${placeOf(origin)}: ${problem}`);
  }
}

export const entryOf = (node: Node | undefined, key: string): Node | undefined =>
  node?.type === 'map' ? node.entries.get(key)?.value : undefined;

export const isNull = (node: Node): boolean => node.type === 'scalar' && node.value === null;

/** A scalar as text: `8080`, `true`; empty for null. */
export const textOf = ({ value }: Scalar): string => (value === null ? '' : String(value));

export function mappingOf(origin: Origin, entries: Iterable<Entry>): Mapping {
  return { type: 'map', origin, entries: new Map([...entries].map((entry) => [entry.key, entry])) };
}

/** The map with an entry set, or without it. */
export function withEntry(node: Mapping, key: string, value: Node | undefined): Mapping {
  const entries = new Map(node.entries);
  const before = entries.get(key);
  if (value === undefined) entries.delete(key);
  else entries.set(key, { key, origin: before?.origin ?? value.origin, value });
  return { ...node, entries };
}

/** What a value is called in messages. */
export function kindOf(node: Node): string {
  if (node.type === 'map') return 'a map';
  if (node.type === 'list') return 'a list';
  return node.value === null ? 'nothing' : typeof node.value === 'string' ? 'text' : `a ${typeof node.value}`;
}
