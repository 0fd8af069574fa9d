/**
 * Protobuf to JSON values, straight from the wire: no message objects in between. What JSON leaves out follows Go's
 * types, as the .proto files tell: a zero of an `optional` scalar stays, other zeros go.
 */
import type { DescField, DescMessage, ScalarType } from '@bufbuild/protobuf';
import { BinaryReader, type WireType } from '@bufbuild/protobuf/wire';
import type { JsonObject, JsonValue } from '../../../schemas/object.ts';
import { put, type MutableObject } from '../../../schemas/structural/own.ts';
import { decodeJson } from '../../../schemas/text/json.ts';
import { MessagePlans, type FieldPlan } from './message-plan.ts';
import { RAW_JSON, SHAPES } from './shapes.ts';
import { readNested, readScalar, skipField } from './wire.ts';

/** Messages may nest this deep: a schema of 256 levels fits. */
const MAX_DEPTH = 600;
const NOTHING = new Uint8Array();

type MapField = DescField & { readonly fieldKind: 'map' };

/** Reads messages. Throws an Error for bytes that are no such message, or that hold more values than it may read. */
export class MessageReader {
  readonly #plans = new MessagePlans();
  #valuesLeft: number;

  constructor(maxValues: number) {
    this.#valuesLeft = maxValues;
  }

  /** Fields that the message does not have are skipped, as the real server skips them; of two the later counts. */
  read(bytes: Uint8Array, message: DescMessage, depth = 0): JsonObject {
    if (depth > MAX_DEPTH) throw new RangeError(`nested deeper than ${String(MAX_DEPTH)} levels`);
    const { byNumber, zeros } = this.#plans.of(message);
    const reader = new BinaryReader(bytes);
    const result: MutableObject = {};
    for (const [name, zero] of zeros) result[name] = zero;
    while (reader.pos < reader.len) {
      if (--this.#valuesLeft < 0) throw new RangeError('it holds too many values');
      const [number, wireType] = reader.tag();
      const plan = byNumber.get(number);
      if (plan === undefined) skipField(reader, wireType, number);
      else this.#field(reader, wireType, plan, result, depth);
    }
    return result;
  }

  #field(reader: BinaryReader, wireType: WireType, plan: FieldPlan, result: MutableObject, depth: number): void {
    const { field, dropsZero } = plan;
    const { jsonName: name } = field;
    switch (field.fieldKind) {
      case 'scalar': {
        const value = readScalar(reader, wireType, field.scalar);
        if (dropsZero && isZero(value)) delete result[name];
        else result[name] = value;
        return;
      }
      case 'message': {
        const value = this.#message(readNested(reader, wireType), field.message, depth);
        if (value === undefined) delete result[name];
        else result[name] = value;
        return;
      }
      case 'list': {
        const list = (result[name] ??= []) as JsonValue[];
        list.push(this.#value(reader, wireType, field, depth));
        return;
      }
      case 'map': {
        const map = (result[name] ??= {}) as MutableObject;
        this.#entry(readNested(reader, wireType), field, map, depth);
        return;
      }
      case 'enum':
        throw new TypeError(`${name}: no message of Kubernetes has an enum`);
    }
  }

  /** One key and its value; what is absent is zero. */
  #entry(bytes: Uint8Array, field: MapField, map: MutableObject, depth: number): void {
    const reader = new BinaryReader(bytes);
    let key = '';
    let value: JsonValue | undefined;
    while (reader.pos < reader.len) {
      const [number, wireType] = reader.tag();
      if (number === 1) key = String(readScalar(reader, wireType, field.mapKey));
      else if (number === 2) value = this.#value(reader, wireType, field, depth);
      else skipField(reader, wireType, number);
    }
    put(map, key, value ?? (field.mapKind === 'message' ? (this.#message(NOTHING, field.message, depth) ?? null) : ''));
  }

  /** An item of a list, or a value of a map. */
  #value(
    reader: BinaryReader,
    wireType: WireType,
    { scalar, message }: { readonly scalar?: ScalarType | undefined; readonly message?: DescMessage | undefined },
    depth: number,
  ): JsonValue {
    if (message !== undefined) return this.#message(readNested(reader, wireType), message, depth) ?? null;
    if (scalar !== undefined) return readScalar(reader, wireType, scalar);
    throw new TypeError('no message of Kubernetes has a collection of enums');
  }

  #message(bytes: Uint8Array, message: DescMessage, depth: number): JsonValue | undefined {
    if (message.typeName === RAW_JSON) return readRawJson(bytes);
    const fields = this.read(bytes, message, depth + 1);
    const shape = SHAPES.get(message.typeName);
    return shape === undefined ? fields : shape.read(fields);
  }
}

const isZero = (value: boolean | number | bigint | string): boolean => value === false || value === 0 || value === '';

/** JSON inside of a message; no text at all is no value. Throws TextError. */
function readRawJson(bytes: Uint8Array): JsonValue | undefined {
  const reader = new BinaryReader(bytes);
  let raw: Uint8Array = NOTHING;
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag();
    if (number === 1) raw = readNested(reader, wireType);
    else skipField(reader, wireType, number);
  }
  return raw.length === 0 ? undefined : decodeJson(raw).value;
}
