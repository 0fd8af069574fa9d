/**
 * Objects as stored values and back. The stored JSON begins with apiVersion, kind and metadata and carries no resourceVersion: that
 * is the revision of its key, which only the store knows. Since nothing before `"metadata":{` can hold that byte sequence
 * (quotes inside strings are escaped), the version is spliced in behind it without parsing.
 */
import { ByteSink } from '../byte-sink.ts';
import { checkEnvelope, ENVELOPE_BYTES, openValue, sealValue } from '../store/envelope.ts';
import type { ValueFormat } from '../store/envelope.ts';
import type { JsonValue, KubeObject } from '../../schemas/object.ts';

const METADATA = Buffer.from('"metadata":{');
const OPENING_BRACE = 0x7b;
const CLOSING_BRACE = 0x7d;
const OPENING_BRACKET = 0x5b;
const CLOSING_BRACKET = 0x5d;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/** The longest resourceVersion with its name. */
const VERSION_BYTES = 40;

/** The value to store for an object; its resourceVersion is left out. */
export function encodeObject(object: KubeObject): Uint8Array {
  const { apiVersion, kind, metadata, ...rest } = object;
  const { resourceVersion: _, ...stored } = metadata;
  const ordered = { apiVersion, kind, metadata: stored, ...rest };
  const plain = stringify(ordered);
  return plain === undefined ? sealValue(stringifyWithBigints(ordered), 'json-with-bigints') : sealValue(plain, 'json');
}

/** The object of a stored value at a revision, mutable and unshared. Throws EnvelopeError or SyntaxError on damage. */
export function decodeObject(value: Uint8Array, revision: number): KubeObject {
  const { format, payload } = openValue(value);
  const object = parse(text(payload), format);
  return Object.assign(object, { metadata: Object.assign(object.metadata, { resourceVersion: String(revision) }) });
}

/** The same without `metadata.managedFields`: in small objects they are most of what there is to parse. */
export function decodeSummary(value: Uint8Array, revision: number): KubeObject {
  const { format, payload } = openValue(value);
  const object = parse(withoutManagedFields(text(payload)), format);
  return Object.assign(object, { metadata: Object.assign(object.metadata, { resourceVersion: String(revision) }) });
}

/** The object's JSON as UTF-8, with its resourceVersion, without parsing. */
export function spliceResourceVersion(value: Uint8Array, revision: number): Uint8Array {
  const sink = new ByteSink(value.length + VERSION_BYTES);
  writeStored(value, revision, sink);
  return sink.take();
}

/** The same, behind what is in the sink. */
export function writeStored(value: Uint8Array, revision: number, sink: ByteSink): void {
  checkEnvelope(value);
  const at = metadataIn(value);
  sink.spliced(value, ENVELOPE_BYTES, at, versionText(value, at, revision));
}

/** The object's metadata alone, with its resourceVersion. Returns where it ends in the value, which may be given the next time. */
export function writeStoredMetadata(value: Uint8Array, revision: number, sink: ByteSink, knownEnd = 0): number {
  checkEnvelope(value);
  const at = metadataIn(value);
  const end = knownEnd > 0 ? knownEnd : endOfObject(value, at);
  sink.spliced(value.subarray(at - 1, end), 0, 1, versionText(value, at, revision));
  return end;
}

const versionText = (value: Uint8Array, at: number, revision: number): string =>
  value[at] === CLOSING_BRACE ? `"resourceVersion":"${revision}"` : `"resourceVersion":"${revision}",`;

/** Where the metadata's fields begin. Before them stand two names and two values, which have no braces. */
function metadataIn(value: Uint8Array): number {
  const brace = value.indexOf(OPENING_BRACE, ENVELOPE_BYTES + 1);
  const start = brace + 1 - METADATA.length;
  if (brace > 0 && METADATA.every((byte, index) => value[start + index] === byte)) return brace + 1;
  const found = Buffer.from(value.buffer, value.byteOffset, value.byteLength).indexOf(METADATA);
  if (found < 0) throw new SyntaxError('the stored object has no metadata');
  return found + METADATA.length;
}

/** The offset behind the brace that closes the object whose fields begin at `start`. */
function endOfObject(json: Uint8Array, start: number): number {
  let depth = 1;
  for (let at = start; at < json.length; at++) {
    const byte = json[at];
    if (byte === QUOTE) at = endOfText(json, at);
    else if (byte === OPENING_BRACE) depth++;
    else if (byte === CLOSING_BRACE && --depth === 0) return at + 1;
  }
  throw new SyntaxError('the metadata of the stored object does not end');
}

/** The closing quote of the text that opens at `open`. */
function endOfText(json: Uint8Array, open: number): number {
  let at = open + 1;
  while (at < json.length && json[at] !== QUOTE) at += json[at] === BACKSLASH ? 2 : 1;
  return at;
}

const METADATA_TEXT = METADATA.toString();
/** Stands in no text: there the quotes would be escaped. */
const MANAGED_FIELDS = '"managedFields":[';

/** Cuts the list out of the text, if it stands where metadata has it. */
function withoutManagedFields(json: string): string {
  const start = json.indexOf(MANAGED_FIELDS);
  const metadata = json.indexOf(METADATA_TEXT) + METADATA_TEXT.length;
  if (start < 0 || closingOf(json, metadata, start) < start) return json;
  const end = closingOf(json, start + MANAGED_FIELDS.length, json.length) + 1;
  const isFirst = start === metadata;
  // a comma goes with it: the one in front, or of the first member the one behind
  return json.slice(0, isFirst ? start : start - 1) + json.slice(isFirst && json[end] === ',' ? end + 1 : end);
}

/** Where what is open at `start` closes; `end`, if it does not before. */
function closingOf(json: string, start: number, end: number): number {
  let depth = 1;
  for (let at = start; at < end; at++) {
    const code = json.charCodeAt(at);
    if (code === QUOTE) at = closingQuoteOf(json, at);
    else if (code === OPENING_BRACE || code === OPENING_BRACKET) depth++;
    else if ((code === CLOSING_BRACE || code === CLOSING_BRACKET) && --depth === 0) return at;
  }
  return end;
}

function closingQuoteOf(json: string, open: number): number {
  let at = open + 1;
  for (let code = json.charCodeAt(at); code !== QUOTE && at < json.length; code = json.charCodeAt(at)) {
    at += code === BACKSLASH ? 2 : 1;
  }
  return at;
}

/** The JSON, or undefined when it holds integers that need the other format. */
function stringify(object: object): string | undefined {
  try {
    return JSON.stringify(object);
  } catch (error) {
    // A BigInt makes stringify throw; finding it first would cost every other object a walk.
    if (error instanceof TypeError && /BigInt/.test(error.message)) return undefined;
    throw error;
  }
}

function stringifyWithBigints(object: object): string {
  const json = JSON as JSON & RawJson;
  return JSON.stringify(object, (_key, value: unknown) =>
    typeof value === 'bigint' ? json.rawJSON(value.toString()) : value,
  );
}

/** Of ES2026; TypeScript's library does not list it yet. */
interface RawJson {
  rawJSON(text: string): unknown;
}

function parse(json: string, format: ValueFormat): KubeObject {
  if (format === 'json') return JSON.parse(json) as KubeObject;
  return JSON.parse(json, reviveBigint as (key: string, value: unknown) => unknown) as KubeObject;
}

/** Only integers that a number cannot hold become BigInt: all others are numbers, as in the plain format. */
function reviveBigint(_key: string, value: JsonValue, context: { readonly source?: string }): JsonValue {
  if (typeof value !== 'number' || Number.isSafeInteger(value) || !/^-?\d+$/.test(context.source ?? '')) return value;
  return BigInt(context.source ?? value);
}

function text(payload: Uint8Array): string {
  return Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).toString('utf8');
}
