/** Objects of any kind that has a message, as fast-check makes them: every field, every Unicode text, every int64. */
import { getOption, ScalarType, type DescField, type DescMessage } from '@bufbuild/protobuf';
import { FeatureSet_FieldPresence } from '@bufbuild/protobuf/wkt';
import * as fc from 'fast-check';
import { always } from '../../../proto/gen/kubernetes/json_pb.ts';
import type { JsonObject, JsonValue } from '../../../schemas/object.ts';
import { put, type MutableObject } from '../../../schemas/structural/own.ts';

const NASTY_KEYS = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', '', 'a.b/c'];
const text = fc.string({ unit: 'binary', maxLength: 12 });
const key = fc.oneof(fc.constantFrom(...NASTY_KEYS), text);

const seconds = fc.integer({ min: -62_135_596_799, max: 253_402_300_799 });
const iso = (value: number): string => new Date(value * 1000).toISOString().slice(0, 19);
const time = seconds.map((value) => `${iso(value)}Z`);
const microTime = fc
  .tuple(seconds, fc.integer({ min: 0, max: 999_999 }))
  .map(([value, micros]) => `${iso(value)}.${String(micros).padStart(6, '0')}Z`);

const int64 = fc
  .oneof(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), fc.bigInt({ min: -10n, max: 10n }))
  .map((value) => (Number.isSafeInteger(Number(value)) ? Number(value) : value));

const isSet = (value: unknown): boolean => value !== '' && value !== 0 && value !== false;

function scalar(type: ScalarType): fc.Arbitrary<JsonValue> {
  switch (type) {
    case ScalarType.STRING:
      return text;
    case ScalarType.BYTES:
      return fc.uint8Array({ maxLength: 12 }).map((bytes) => Buffer.from(bytes).toString('base64'));
    case ScalarType.BOOL:
      return fc.boolean();
    case ScalarType.INT32:
      return fc.integer();
    case ScalarType.INT64:
      return int64;
    default:
      return fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => (Object.is(value, -0) ? 0 : value));
  }
}

const rawJson = (fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<JsonValue>).filter((value) => value !== null);

function message(desc: DescMessage, depth: number): fc.Arbitrary<JsonValue> {
  switch (desc.typeName) {
    case 'kubernetes.Time':
      return time;
    case 'kubernetes.MicroTime':
      return microTime;
    case 'kubernetes.RawJson':
      return rawJson;
    case 'kubernetes.Strings':
      return fc.array(text, { minLength: 1, maxLength: 3 });
    case 'kubernetes.apiextensions.JSONSchemaPropsOrBool':
      return fc.oneof(fc.boolean(), fields(schemaOf(desc), depth));
    case 'kubernetes.apiextensions.JSONSchemaPropsOrArray':
      return fc.oneof(
        fields(schemaOf(desc), depth),
        fc.array(fields(schemaOf(desc), depth), { minLength: 1, maxLength: 2 }),
      );
    case 'kubernetes.apiextensions.JSONSchemaPropsOrStringArray':
      return fc.oneof(fields(schemaOf(desc), depth), fc.array(text, { minLength: 1, maxLength: 2 }));
    default:
      return fields(desc, depth);
  }
}

function schemaOf(desc: DescMessage): DescMessage {
  const field = desc.field['schema'];
  if (field?.message === undefined) throw new TypeError(`${desc.typeName} has no schema`);
  return field.message;
}

function field(desc: DescField, depth: number): fc.Arbitrary<JsonValue> {
  const one = (): fc.Arbitrary<JsonValue> =>
    desc.message === undefined ? scalar(desc.scalar ?? ScalarType.STRING) : message(desc.message, depth - 1);
  switch (desc.fieldKind) {
    case 'list':
      return fc.array(one(), { minLength: 1, maxLength: 3 });
    case 'map':
      return fc.array(fc.tuple(key, one()), { minLength: 1, maxLength: 3 }).map(mapOf);
    case 'message':
      return one();
    default: {
      const keepsZero = desc.presence === FeatureSet_FieldPresence.EXPLICIT || getOption(desc, always);
      return keepsZero ? one() : one().filter(isSet);
    }
  }
}

function mapOf(entries: readonly (readonly [string, JsonValue])[]): JsonObject {
  const map: MutableObject = {};
  for (const [name, value] of entries) put(map, name, value);
  return map;
}

/** Fields of a message, each there or not; below `depth` only scalars. */
function fields(desc: DescMessage, depth: number): fc.Arbitrary<JsonObject> {
  const usable = desc.fields.filter(({ message: inner }) => inner === undefined || depth > 0);
  const model = Object.fromEntries(usable.map((one) => [one.jsonName, field(one, depth)]));
  const requiredKeys = usable.filter((one) => getOption(one, always)).map(({ jsonName }) => jsonName);
  return fc.record(model, { requiredKeys });
}

/** An object of a kind, with apiVersion and kind. */
export const arbitraryObject = (
  desc: DescMessage,
  kind: { apiVersion: string; kind: string },
): fc.Arbitrary<JsonObject> => fields(desc, 4).map((object) => ({ ...object, ...kind }));
