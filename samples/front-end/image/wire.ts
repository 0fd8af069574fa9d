/** Protocol Buffers by hand: the few messages of a front end need no generator, and the image no package for it. */

/** A field of a message to be written; undefined and empty values are left out, as proto3 does. */
export type Field = readonly [
  number: number,
  value: string | Uint8Array | number | boolean | readonly Uint8Array[] | undefined,
];

/** The bytes of a message. Numbers are varints (negative ones in ten bytes), text and bytes are length-delimited. */
export function message(...fields: readonly Field[]): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const [number, value] of fields) {
    if (value === undefined) continue;
    if (typeof value === 'number' || typeof value === 'boolean') {
      if (Number(value) !== 0) parts.push(varint(number << 3), varint(Number(value)));
      continue;
    }
    const items = Array.isArray(value) ? (value as readonly Uint8Array[]) : [bytesOf(value as string | Uint8Array)];
    const isSingle = !Array.isArray(value);
    for (const item of items) {
      if (isSingle && item.byteLength === 0) continue;
      parts.push(varint((number << 3) | 2), varint(item.byteLength), item);
    }
  }
  return Buffer.concat(parts);
}

/** The entries of a `map<string, V>`, in the order of their keys: the same map always has the same bytes. */
export function mapEntries(
  entries: Iterable<readonly [key: string, value: string | Uint8Array]>,
): readonly Uint8Array[] {
  return [...entries]
    .toSorted(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
    .map(([key, value]) => message([1, key], [2, value]));
}

/** Strings of a `repeated string`. */
export const texts = (values: readonly string[]): readonly Uint8Array[] => values.map(bytesOf);

/** The last value of each field of a message, by number; good enough for answers without repeated fields. */
export function readFields(bytes: Uint8Array): ReadonlyMap<number, Uint8Array | bigint> {
  const fields = new Map<number, Uint8Array | bigint>();
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  const readVarint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = view.readUInt8(at);
      at += 1;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  while (at < view.length) {
    const tag = Number(readVarint());
    const type = tag & 7;
    if (type === 0) {
      fields.set(tag >> 3, readVarint());
      continue;
    }
    const length = type === 2 ? Number(readVarint()) : type === 1 ? 8 : 4;
    fields.set(tag >> 3, view.subarray(at, at + length));
    at += length;
  }
  return fields;
}

/** A length-delimited field as bytes; empty when it is absent. */
export function bytesField(fields: ReadonlyMap<number, Uint8Array | bigint>, number: number): Uint8Array {
  const value = fields.get(number);
  return value instanceof Uint8Array ? value : new Uint8Array();
}

/** A length-delimited field as text; "" when it is absent. */
export const textField = (fields: ReadonlyMap<number, Uint8Array | bigint>, number: number): string =>
  Buffer.from(bytesField(fields, number)).toString('utf8');

const bytesOf = (value: string | Uint8Array): Uint8Array => (typeof value === 'string' ? Buffer.from(value) : value);

function varint(value: number): Uint8Array {
  let rest = BigInt.asUintN(64, BigInt(value));
  const bytes: number[] = [];
  do {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    bytes.push(rest === 0n ? low : low | 0x80);
  } while (rest !== 0n);
  return Uint8Array.from(bytes);
}
