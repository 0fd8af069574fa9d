/** JSON values to protobuf, field by field as the .proto files name them; fields that they do not name are left out. */
import type { DescField, DescMessage } from '@bufbuild/protobuf';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import type { JsonObject, JsonValue } from '../../../schemas/object.ts';
import { isList, isObject, own } from '../../../schemas/structural/own.ts';
import { encodeJson } from '../../../schemas/text/json.ts';
import { RAW_JSON, SHAPES } from './shapes.ts';
import { writeScalar } from './wire.ts';

/** The bytes of a message. The object must be valid, as stored objects and our own answers are. */
export function writeMessage(object: JsonObject, message: DescMessage): Uint8Array {
  const writer = new BinaryWriter();
  writeFields(writer, object, message);
  return writer.finish();
}

function writeFields(writer: BinaryWriter, object: JsonObject, { fields }: DescMessage): void {
  for (const field of fields) {
    const value = own(object, field.jsonName);
    if (value !== undefined && value !== null) writeField(writer, field, value);
  }
}

function writeField(writer: BinaryWriter, field: DescField, value: JsonValue): void {
  switch (field.fieldKind) {
    case 'scalar':
      writeScalar(writer, field.number, field.scalar, value);
      return;
    case 'message':
      writeNested(writer, field.number, value, field.message);
      return;
    case 'list':
      if (!isList(value)) return;
      for (const item of value) writeValue(writer, field.number, field, item);
      return;
    case 'map':
      if (!isObject(value)) return;
      for (const [key, item] of Object.entries(value)) {
        writer.tag(field.number, WireType.LengthDelimited).fork();
        writeScalar(writer, 1, field.mapKey, key);
        if (item !== undefined && item !== null) writeValue(writer, 2, field, item);
        writer.join();
      }
      return;
    case 'enum':
      throw new TypeError(`${field.name}: no message of Kubernetes has an enum`);
  }
}

/** An item of a list, or a value of a map. */
function writeValue(
  writer: BinaryWriter,
  number: number,
  field: DescField & { readonly fieldKind: 'list' | 'map' },
  value: JsonValue,
): void {
  if (field.message !== undefined) writeNested(writer, number, value, field.message);
  else if (field.scalar !== undefined) writeScalar(writer, number, field.scalar, value);
}

function writeNested(writer: BinaryWriter, number: number, value: JsonValue, message: DescMessage): void {
  writer.tag(number, WireType.LengthDelimited).fork();
  if (message.typeName === RAW_JSON) {
    writer.tag(1, WireType.LengthDelimited).string(encodeJson(value));
  } else {
    const fields = SHAPES.get(message.typeName)?.write(value) ?? value;
    if (isObject(fields)) writeFields(writer, fields, message);
  }
  writer.join();
}
