/**
 * Objects as stored values and back. The stored JSON begins with apiVersion, kind and metadata and carries no resourceVersion: that
 * is the revision of its key, which only the store knows. Since nothing before `"metadata":{` can hold that byte sequence
 * (quotes inside strings are escaped), the version is spliced in behind it without parsing.
 */
import { openValue, sealValue } from '../store/envelope.ts';
import type { ValueFormat } from '../store/envelope.ts';
import type { JsonValue, KubeObject } from '../../schemas/object.ts';

const METADATA = Buffer.from('"metadata":{');
const CLOSING_BRACE = 0x7d;

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

/** The object's JSON as UTF-8, with its resourceVersion, without parsing. */
export function spliceResourceVersion(value: Uint8Array, revision: number): Uint8Array {
  const { payload } = openValue(value);
  const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
  const found = bytes.indexOf(METADATA);
  if (found < 0) throw new SyntaxError('the stored object has no metadata');
  const at = found + METADATA.length;
  const comma = bytes[at] === CLOSING_BRACE ? '' : ',';
  const version = Buffer.from(`"resourceVersion":"${revision}"${comma}`);
  return Buffer.concat([bytes.subarray(0, at), version, bytes.subarray(at)]);
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
