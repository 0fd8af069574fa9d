/** Single values on the wire, to and from JSON. Only the scalar types that Kubernetes' messages have. */
import { isUtf8 } from 'node:buffer';
import { ScalarType } from '@bufbuild/protobuf';
import { WireType, type BinaryReader, type BinaryWriter } from '@bufbuild/protobuf/wire';
import type { JsonValue } from '../../../schemas/object.ts';

const WIRE_TYPES: ReadonlyMap<ScalarType, WireType> = new Map([
  [ScalarType.STRING, WireType.LengthDelimited],
  [ScalarType.BYTES, WireType.LengthDelimited],
  [ScalarType.BOOL, WireType.Varint],
  [ScalarType.INT32, WireType.Varint],
  [ScalarType.INT64, WireType.Varint],
  [ScalarType.DOUBLE, WireType.Bit64],
]);

function wireTypeOf(scalar: ScalarType): WireType {
  const wireType = WIRE_TYPES.get(scalar);
  if (wireType === undefined) throw new TypeError(`no message of Kubernetes has a field of type ${ScalarType[scalar]}`);
  return wireType;
}

function expect(wireType: WireType, expected: WireType): void {
  if (wireType !== expected) throw new RangeError(`wire type ${String(wireType)} where ${String(expected)} belongs`);
}

/** Bytes become base64; integers beyond 2^53 are bigints. */
export function readScalar(
  reader: BinaryReader,
  wireType: WireType,
  scalar: ScalarType,
): boolean | number | bigint | string {
  expect(wireType, wireTypeOf(scalar));
  switch (scalar) {
    case ScalarType.STRING:
      return utf8(reader.bytes());
    case ScalarType.BYTES:
      return view(reader.bytes()).toString('base64');
    case ScalarType.BOOL:
      return reader.bool();
    case ScalarType.INT32:
      return reader.int32();
    case ScalarType.INT64:
      return plainInteger(BigInt(reader.int64()));
    default:
      return finite(reader.double());
  }
}

const view = ({ buffer, byteOffset, byteLength }: Uint8Array): Buffer => Buffer.from(buffer, byteOffset, byteLength);

/** The library's own reading of texts drops a byte order mark at their beginning. */
function utf8(bytes: Uint8Array): string {
  if (!isUtf8(bytes)) throw new RangeError('a text that is not UTF-8');
  return view(bytes).toString('utf8');
}

/** The bytes of a message inside of a message: a view. */
export function readNested(reader: BinaryReader, wireType: WireType): Uint8Array {
  expect(wireType, WireType.LengthDelimited);
  return reader.bytes();
}

/** A field that nobody knows. Groups are refused: no message has had them since before Kubernetes. */
export function skipField(reader: BinaryReader, wireType: WireType, number: number): void {
  if (wireType === WireType.StartGroup || wireType === WireType.EndGroup)
    throw new RangeError('a group, which is not in use');
  if (number === 0) throw new RangeError('field number 0');
  reader.skip(wireType, number);
}

function plainInteger(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

function finite(value: number): number {
  if (!Number.isFinite(value)) throw new RangeError('a number that JSON cannot hold');
  return value;
}

/** One field with its tag. Throws for JSON that does not fit the type, which validated objects cannot hold. */
export function writeScalar(writer: BinaryWriter, number: number, scalar: ScalarType, value: JsonValue): void {
  writer.tag(number, wireTypeOf(scalar));
  switch (scalar) {
    case ScalarType.STRING:
      writer.string(textOf(value));
      return;
    case ScalarType.BYTES:
      writer.bytes(Buffer.from(textOf(value), 'base64'));
      return;
    case ScalarType.BOOL:
      writer.bool(value === true);
      return;
    case ScalarType.INT32:
      writer.int32(Number(value));
      return;
    case ScalarType.INT64:
      writer.int64(integerOf(value));
      return;
    default:
      writer.double(Number(value));
  }
}

/** The digits of a number beyond 2^53 are those that it prints as. */
function integerOf(value: JsonValue): bigint {
  if (typeof value !== 'number' && typeof value !== 'bigint')
    throw new TypeError(`a ${typeof value} where an integer belongs`);
  return BigInt(String(value));
}

/** Throws TypeError: what is text in a schema is text in a valid object. */
export function textOf(value: JsonValue): string {
  if (typeof value !== 'string') throw new TypeError(`a ${typeof value} where a text belongs`);
  return value;
}
