/**
 * JSON in and out. Reading is native `JSON.parse` between two cheap passes; only a text with long numbers, duplicate
 * fields or errors goes through the exact reader (json-tree.ts).
 */
import type { JsonValue } from '../object.ts';
import { checkNodes, decodedFromTree, depthLimit } from './decoded.ts';
import type { Decoded, DecodeOptions } from './decoded.ts';
import { countMembers, scanJson } from './json-scan.ts';
import { JsonSyntaxError, readJsonTree } from './json-tree.ts';
import type { JsonTree } from './json-tree.ts';
import { placesOf } from './places.ts';
import { offsetOfPath } from './source-tree.ts';
import { LineIndex, TextError } from './text-error.ts';
import { decodeUtf8 } from './utf8.ts';

const DEEPEST = 1000;

/**
 * Reads one JSON value: a request body, a file. Duplicate fields are reported, not refused; integers beyond 2^53 come as
 * bigint. Throws TextError with the place for anything that is not exactly one JSON value, for bytes that are not UTF-8
 * and for what nests too deep.
 */
export function decodeJson(input: Uint8Array | string, options: DecodeOptions = {}): Decoded {
  const text = decodeUtf8(input, options.file);
  return decodeNatively(text, options) ?? decodeExactly(text, options);
}

/** The fast way; undefined when the text needs the exact one. */
function decodeNatively(text: string, options: DecodeOptions): Decoded | undefined {
  const { depth, members, nodes, inexact } = scanJson(text);
  checkNodes(nodes, options);
  if (inexact || depth > depthLimit(options)) return undefined;
  let value: JsonValue;
  try {
    value = JSON.parse(text) as JsonValue;
  } catch {
    return undefined;
  }
  if (countMembers(value) !== members) return undefined;
  return {
    value,
    hasBigInt: false,
    duplicates: [],
    positionOf: (path) => new LineIndex(text).at(offsetOfPath(readJsonTree(text, 0, DEEPEST).root, path)),
    places: () => placesOf(readJsonTree(text, 0, DEEPEST).root, value),
  };
}

function decodeExactly(text: string, options: DecodeOptions): Decoded {
  const lines = new LineIndex(text);
  const tree = jsonTreeAt(text, 0, lines, options);
  if (tree.end < text.length) {
    const problem = `found ${JSON.stringify(text.charAt(tree.end))} behind the end of the value`;
    throw new TextError(problem, { file: options.file, position: lines.at(tree.end) });
  }
  return decodedFromTree(tree.root, tree.nodes, lines, options);
}

function jsonTreeAt(text: string, start: number, lines: LineIndex, options: DecodeOptions): JsonTree {
  try {
    return readJsonTree(text, start, depthLimit(options));
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    throw new TextError(error.message, { file: options.file, position: lines.at(error.offset) });
  }
}

/** Reads a text of one JSON value after the other, as kubectl takes them. Nothing but white space is no value. */
export function decodeJsonStream(text: string, options: DecodeOptions = {}): readonly Decoded[] {
  const lines = new LineIndex(text);
  const decoded: Decoded[] = [];
  let at = /\S/.exec(text)?.index ?? text.length;
  while (at < text.length) {
    const tree = jsonTreeAt(text, at, lines, options);
    decoded.push(decodedFromTree(tree.root, tree.nodes, lines, options));
    at = tree.end;
  }
  return decoded;
}

/** JSON text of a value, bigints with every digit. `indent`: spaces a level; none is one line. */
export function encodeJson(value: unknown, indent?: number): string {
  try {
    return JSON.stringify(value, undefined, indent);
  } catch (error) {
    if (!(error instanceof TypeError) || !hasBigInt(value)) throw error;
    return JSON.stringify(value, writeBigInt, indent);
  }
}

interface RawJson {
  rawJSON(text: string): unknown;
}

const writeBigInt = (_key: string, value: unknown): unknown =>
  typeof value === 'bigint' ? (JSON as typeof JSON & RawJson).rawJSON(String(value)) : value;

/** True when some number in the value is a bigint. */
export function hasBigInt(value: unknown): boolean {
  if (typeof value === 'bigint') return true;
  return typeof value === 'object' && value !== null && Object.values(value).some(hasBigInt);
}

/** Bytes for the store. `flagged` must be kept with them: only then does reading look for numbers beyond 2^53. */
export function encodeStored(value: unknown): { readonly bytes: Uint8Array; readonly flagged: boolean } {
  try {
    return { bytes: Buffer.from(JSON.stringify(value)), flagged: false };
  } catch (error) {
    if (!(error instanceof TypeError) || !hasBigInt(value)) throw error;
    return { bytes: Buffer.from(JSON.stringify(value, writeBigInt)), flagged: true };
  }
}

/** Reads what `encodeStored` wrote. Our own bytes: nothing is checked when they are not flagged. */
export function decodeStored(bytes: Uint8Array, flagged = false): JsonValue {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  return flagged ? decodeExactly(text, { maxDepth: DEEPEST }).value : (JSON.parse(text) as JsonValue);
}
