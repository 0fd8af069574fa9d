import test from 'ava';
import * as fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeBytes } from '../../../api/codec/decode-bytes.ts';
import { decodeProtobuf } from '../../../api/codec/protobuf/decode.ts';
import { encodeObject } from '../../../api/codec/protobuf/encode.ts';
import { messageOf } from '../../../api/codec/protobuf/messages.ts';
import { StatusError } from '../../../api/status-error.ts';
import type { JsonObject, JsonValue, KindRef } from '../../../schemas/object.ts';
import { isObject } from '../../../schemas/structural/own.ts';
import { encodeYaml } from '../../../schemas/text/encode-yaml.ts';
import { decodeJson, encodeJson } from '../../../schemas/text/json.ts';
import { arbitraryObject } from './arbitrary-object.ts';

interface Sample {
  readonly object: JsonObject & KindRef;
  readonly protobuf: string;
}

/** What kube-apiserver 1.36.2 answered when it was asked for the same object in both forms. */
const SAMPLES = JSON.parse(readFileSync(join(import.meta.dirname, 'real-server.json'), 'utf8')) as readonly Sample[];
const MANY = 1_000_000;
const decode = (bytes: Uint8Array, fallback?: KindRef): JsonObject => decodeProtobuf(bytes, fallback, MANY);

/** Go writes null for zero times, where protobuf has nothing. */
function withoutNulls(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isObject(value)) return value;
  const fields = Object.entries(value).filter(([, field]) => field !== null && field !== undefined);
  return Object.fromEntries(fields.map(([name, field]) => [name, withoutNulls(field as JsonValue)]));
}

for (const { object, protobuf } of SAMPLES) {
  test(`a ${object.apiVersion} ${object.kind} of a real server is read as its JSON says`, (t) => {
    t.deepEqual(decode(Buffer.from(protobuf, 'base64')), withoutNulls(object));
  });

  test(`a ${object.apiVersion} ${object.kind} that we write reads as the real server's`, (t) => {
    const { apiVersion, kind } = object;
    const bytes = encodeObject(object, { apiVersion, kind });
    t.deepEqual(decode(bytes), decode(Buffer.from(protobuf, 'base64')));
  });
}

/** One number for one text: a zero has no sign, an integer that a double prints is a number. */
const canonical = (value: JsonValue): JsonValue => decodeJson(encodeJson(value)).value;

const KINDS: readonly (readonly [apiVersion: string, ...kinds: string[]])[] = [
  ['v1', 'ConfigMap', 'Secret', 'Namespace', 'Event', 'Status', 'ConfigMapList', 'EventList', 'DeleteOptions'],
  ['events.k8s.io/v1', 'Event', 'EventList'],
  ['apps/v1', 'ControllerRevision', 'ControllerRevisionList'],
  ['coordination.k8s.io/v1', 'Lease', 'LeaseList'],
  ['authentication.k8s.io/v1', 'SelfSubjectReview'],
  ['authorization.k8s.io/v1', 'SelfSubjectAccessReview', 'SelfSubjectRulesReview', 'LocalSubjectAccessReview'],
  ['apiextensions.k8s.io/v1', 'CustomResourceDefinition'],
  ['meta.k8s.io/v1', 'PartialObjectMetadata', 'PartialObjectMetadataList'],
];

for (const [apiVersion, ...kinds] of KINDS) {
  for (const kind of kinds) {
    test(`any ${apiVersion} ${kind} is the same object in JSON, YAML and protobuf`, async (t) => {
      const message = messageOf(apiVersion, kind);
      if (message === undefined) throw new TypeError(`no message for ${kind}`);
      const property = fc.asyncProperty(arbitraryObject(message, { apiVersion, kind }), async (object) => {
        const bodies = [
          ['json', Buffer.from(encodeJson(object))],
          ['yaml', Buffer.from(encodeYaml(object))],
          ['protobuf', encodeObject(object, { apiVersion, kind })],
        ] as const;
        const read = await Promise.all(
          bodies.map(async ([format, bytes]) => (await decodeBytes(bytes, format, undefined)).value),
        );
        for (const value of read) t.deepEqual(canonical(value), canonical(object));
      });
      await fc.assert(property, { numRuns: 25 });
      t.pass();
    });
  }
}

test('what kubectl leaves empty is absent: texts, lists, times', (t) => {
  // {metadata: {name: "a", generateName: "", creationTimestamp: {}}, spec: {}, status: {phase: ""}}
  const raw = Buffer.from([0x0a, 0x07, 0x0a, 0x01, 0x61, 0x12, 0x00, 0x42, 0x00, 0x12, 0x00, 0x1a, 0x02, 0x0a, 0x00]);
  const body = Buffer.concat([Buffer.from([0x6b, 0x38, 0x73, 0x00, 0x12, raw.length]), raw]);
  t.deepEqual(decode(body, { apiVersion: 'v1', kind: 'Namespace' }), {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'a' },
    spec: {},
    status: {},
  });
});

test('a byte order mark is a character like any other', (t) => {
  const kind = { apiVersion: 'v1', kind: 'ConfigMap' };
  const data = { '\uFEFFa': '\uFEFF', b: '\uFEFF\uFEFF' };
  t.deepEqual(decode(encodeObject({ data }, kind)), { ...kind, data });
});

test('a zero stays where its absence would mean something else', (t) => {
  const kind = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease' };
  const spec = { holderIdentity: '', leaseTransitions: 0 };
  t.deepEqual(decode(encodeObject({ spec }, kind)), { ...kind, spec });
  const options = { apiVersion: 'v1', kind: 'DeleteOptions', gracePeriodSeconds: 0, orphanDependents: false };
  t.deepEqual(decode(encodeObject(options, options)), options);
});

test('fields that nobody knows are skipped, and of two values the later counts', (t) => {
  const kind = { apiVersion: 'v1', kind: 'ConfigMap' };
  const raw = Buffer.concat([
    Buffer.from([0xfa, 0x3e, 0x01, 0x78, 0xf0, 0x3e, 0x05, 0xf5, 0x3e, 1, 2, 3, 4]), // fields 1007, 1006, 1006
    Buffer.from([0x20, 0x01, 0x20, 0x00]), // immutable: true, immutable: false
  ]);
  const body = Buffer.concat([Buffer.from([0x6b, 0x38, 0x73, 0x00, 0x12, raw.length]), raw]);
  t.deepEqual(decode(body, kind), { ...kind, immutable: false });
});

const nested = (levels: number): Buffer => {
  let bytes = Buffer.alloc(0);
  // JSONSchemaProps.not, again and again
  for (let level = 0; level < levels; level++) {
    const length = [];
    for (let rest = bytes.length; ; rest >>>= 7) {
      length.push(rest > 0x7f ? (rest & 0x7f) | 0x80 : rest);
      if (rest <= 0x7f) break;
    }
    bytes = Buffer.concat([Buffer.from([0xe2, 0x01, ...length]), bytes]);
  }
  return bytes;
};

for (const [says, bytes, pattern] of [
  ['nothing', Buffer.alloc(0), /expected prefix \[107 56 115 0\]/],
  ['JSON', Buffer.from('{"kind":"ConfigMap"}'), /expected prefix/],
  ['a prefix alone', Buffer.from('k8s\0'), /empty body/],
  ['a cut envelope', Buffer.from([0x6b, 0x38, 0x73, 0, 0x12, 0x7f, 1]), /protobuf parse error/],
  ['a cut field', Buffer.from([0x6b, 0x38, 0x73, 0, 0x12, 2, 0x0a, 0x05]), /protobuf parse error/],
  [
    'a text that is not UTF-8',
    Buffer.from([0x6b, 0x38, 0x73, 0, 0x12, 5, 0x0a, 3, 0x0a, 1, 0xff]),
    /protobuf parse error/,
  ],
  ['a number where a message belongs', Buffer.from([0x6b, 0x38, 0x73, 0, 0x12, 2, 0x08, 1]), /wire type/],
  ['a group', Buffer.from([0x6b, 0x38, 0x73, 0, 0x12, 2, 0x9b, 0x06]), /group/],
  [
    'ten thousand groups',
    Buffer.concat([Buffer.from([0x6b, 0x38, 0x73, 0]), Buffer.alloc(10_000, 0x2b)]),
    /protobuf parse error/,
  ],
] as const) {
  test(`a body that is ${says} is a bad request`, (t) => {
    const error = t.throws(() => decode(bytes, { apiVersion: 'v1', kind: 'ConfigMap' }), { instanceOf: StatusError });
    t.is(error.status.code, 400);
    t.regex(error.message, pattern);
  });
}

test('nesting and the number of values have bounds', (t) => {
  const kind = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' };
  const schema = (raw: Uint8Array): JsonObject => decode(encodeRaw(raw), kind);
  const encodeRaw = (raw: Uint8Array): Uint8Array => {
    // spec.versions[0].schema.openAPIV3Schema
    let bytes = raw;
    for (const tag of [0x0a, 0x22, 0x3a, 0x12]) {
      const writer = encodeLength(bytes.length);
      bytes = Buffer.concat([Buffer.from([tag, ...writer]), bytes]);
    }
    return Buffer.concat([Buffer.from([0x6b, 0x38, 0x73, 0, 0x12, ...encodeLength(bytes.length)]), bytes]);
  };
  t.notThrows(() => schema(nested(250)));
  t.throws(() => schema(nested(5000)), { instanceOf: StatusError, message: /nested deeper/ });
  const many = Buffer.concat(Array.from({ length: 1000 }, () => Buffer.from([0x12, 0x02, 0x0a, 0x00])));
  const body = Buffer.concat([Buffer.from([0x6b, 0x38, 0x73, 0, 0x12, ...encodeLength(many.length)]), many]);
  t.throws(() => decodeProtobuf(body, { apiVersion: 'v1', kind: 'ConfigMap' }, 999), { message: /too many values/ });
});

function encodeLength(length: number): number[] {
  const bytes = [];
  for (let rest = length; ; rest >>>= 7) {
    bytes.push(rest > 0x7f ? (rest & 0x7f) | 0x80 : rest);
    if (rest <= 0x7f) return bytes;
  }
}

test('whatever the bytes are, they are an object or a bad request', (t) => {
  const kinds = ['ConfigMap', 'Secret', 'Namespace', 'Event', 'DeleteOptions', 'Nope'];
  const sample = fc.constantFrom(...SAMPLES).map(({ protobuf }) => Buffer.from(protobuf, 'base64'));
  const mutated = fc
    .tuple(
      sample,
      fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 8 }),
      fc.nat(),
    )
    .map(([bytes, changes, cut]) => {
      const copy = Buffer.from(bytes);
      for (const [at, value] of changes) copy[4 + (at % (copy.length - 4))] = value;
      return copy.subarray(0, cut % 4 === 0 ? cut % copy.length : copy.length);
    });
  const random = fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.concat([Buffer.from('k8s\0'), bytes]));
  fc.assert(
    fc.property(fc.oneof(mutated, random), fc.constantFrom(...kinds), (bytes, kind) => {
      try {
        t.true(isObject(decode(bytes, { apiVersion: 'v1', kind })));
      } catch (error) {
        if (!(error instanceof StatusError)) throw error;
        t.is(error.status.code, 400);
      }
    }),
    { numRuns: 3000 },
  );
});
