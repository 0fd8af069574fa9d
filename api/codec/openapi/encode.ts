/** OpenAPI 2.0 documents in protobuf: what `kubectl apply` of a List validates by, and kubectl takes in no other form. */
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import type { JsonObject, JsonValue } from '../../../schemas/object.ts';
import { isList, isObject } from '../../../schemas/structural/own.ts';
import { encodeJson } from '../../../schemas/text/json.ts';
import { MESSAGES, type FieldType, type Message, type MessageName } from './messages.ts';

/** Fields of Document. Messages in several pieces are put together by whoever reads them. */
const DOCUMENT = { swagger: 1, info: 2, paths: 8, definitions: 9 } as const;

/** The beginning of a document. */
export function encodeHead(info: JsonObject): Uint8Array {
  const writer = new BinaryWriter();
  writer.tag(DOCUMENT.swagger, WireType.LengthDelimited).string('2.0');
  nested(writer, DOCUMENT.info, () => writeMessage(writer, 'Info', info));
  return writer.finish();
}

/** Some of its paths or definitions, by name. */
export function encodeMembers(
  section: 'paths' | 'definitions',
  members: readonly (readonly [string, JsonObject])[],
): Uint8Array {
  const writer = new BinaryWriter();
  const [message, field] = section === 'paths' ? (['PathItem', 2] as const) : (['Schema', 1] as const);
  nested(writer, DOCUMENT[section], () => {
    for (const [name, value] of members) {
      nested(writer, field, () => writeNamed(writer, name, () => writeMessage(writer, message, value)));
    }
  });
  return writer.finish();
}

function nested(writer: BinaryWriter, field: number, write: () => void): void {
  writer.tag(field, WireType.LengthDelimited).fork();
  write();
  writer.join();
}

function writeNamed(writer: BinaryWriter, name: string, value: () => void): void {
  writer.tag(1, WireType.LengthDelimited).string(name);
  nested(writer, 2, value);
}

function writeMessage(writer: BinaryWriter, name: MessageName, object: JsonObject): void {
  const { fields, extensions }: Message = MESSAGES[name];
  for (const [key, value] of Object.entries(object)) {
    if (value === undefined) continue;
    const field = Object.hasOwn(fields, key) ? fields[key] : undefined;
    if (field !== undefined) writeField(writer, field[0], field[1], value);
    else if (key.startsWith('x-'))
      nested(writer, extensions, () => writeNamed(writer, key, () => writeAny(writer, value)));
  }
}

/** JSON is YAML. */
const writeAny = (writer: BinaryWriter, value: JsonValue): void => {
  writer.tag(2, WireType.LengthDelimited).string(`${encodeJson(value)}\n`);
};

/** A text as it is, a number in its digits. */
const show = (value: JsonValue): string => (typeof value === 'string' ? value : encodeJson(value));

const listOf = (value: JsonValue): readonly JsonValue[] => (isList(value) ? value : [value]);

function writeField(writer: BinaryWriter, field: number, type: FieldType, value: JsonValue): void {
  if (typeof type === 'object') {
    writeMessages(writer, field, type, value);
    return;
  }
  switch (type) {
    case 'string':
      writer.tag(field, WireType.LengthDelimited).string(show(value));
      return;
    case 'strings':
      for (const one of listOf(value)) writer.tag(field, WireType.LengthDelimited).string(show(one));
      return;
    case 'bool':
      writer.tag(field, WireType.Varint).bool(value === true);
      return;
    case 'int64':
      writer.tag(field, WireType.Varint).int64(show(value));
      return;
    case 'double':
      writer.tag(field, WireType.Bit64).double(Number(value));
      return;
    case 'any':
      nested(writer, field, () => writeAny(writer, value));
      return;
    case 'anys':
      for (const one of listOf(value)) nested(writer, field, () => writeAny(writer, one));
      return;
    default:
      writeSpecial(writer, field, type, value);
  }
}

function writeMessages(writer: BinaryWriter, field: number, type: Extract<FieldType, object>, value: JsonValue): void {
  if ('named' in type) {
    nested(writer, field, () => {
      for (const [name, one] of Object.entries(asObject(value))) {
        nested(writer, type.field, () =>
          writeNamed(writer, name, () => writeMessage(writer, type.named, asObject(one))),
        );
      }
    });
    return;
  }
  const name = 'message' in type ? type.message : type.messages;
  for (const one of 'message' in type ? [value] : listOf(value)) {
    nested(writer, field, () => writeMessage(writer, name, asObject(one)));
  }
}

const asObject = (value: JsonValue | undefined): JsonObject => (isObject(value) ? value : {});

function writeSpecial(
  writer: BinaryWriter,
  field: number,
  type: 'type' | 'additional' | 'items' | 'parameters' | 'responses' | 'content',
  value: JsonValue,
): void {
  const schema = (one: JsonValue, at = 1) => nested(writer, at, () => writeMessage(writer, 'Schema', asObject(one)));
  if (type === 'parameters') {
    for (const one of listOf(value)) nested(writer, field, () => writeParameter(writer, asObject(one)));
    return;
  }
  nested(writer, field, () => {
    switch (type) {
      case 'type':
        for (const one of listOf(value)) writer.tag(1, WireType.LengthDelimited).string(show(one));
        return;
      case 'additional':
        if (typeof value === 'boolean') writer.tag(2, WireType.Varint).bool(value);
        else schema(value);
        return;
      case 'responses':
        for (const [code, one] of Object.entries(asObject(value))) {
          const response = (): void => nested(writer, 1, () => writeMessage(writer, 'Response', asObject(one)));
          nested(writer, 1, () => writeNamed(writer, code, response));
        }
        return;
      default:
        for (const one of listOf(value)) schema(one);
    }
  });
}

/** ParametersItem > Parameter > what the place says. */
function writeParameter(writer: BinaryWriter, parameter: JsonObject): void {
  const place = parameter['in'];
  nested(writer, 1, () => {
    if (place === 'body') {
      nested(writer, 1, () => writeMessage(writer, 'BodyParameter', parameter));
      return;
    }
    const [field, message] = place === 'path' ? ([4, 'PathParameter'] as const) : ([3, 'QueryParameter'] as const);
    nested(writer, 2, () => nested(writer, field, () => writeMessage(writer, message, parameter)));
  });
}
