import test from 'ava';
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import type { JsonObject } from '../../../schemas/object.ts';
import { RawServer } from '../../support/raw-http.ts';

const ACCEPT = 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf';

/** Fields of a message by number, each as its bytes. */
function fieldsOf(bytes: Uint8Array): ReadonlyMap<number, readonly Uint8Array[]> {
  const reader = new BinaryReader(bytes);
  const fields = new Map<number, Uint8Array[]>();
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag();
    if (wireType === WireType.LengthDelimited) fields.set(number, [...(fields.get(number) ?? []), reader.bytes()]);
    else reader.skip(wireType);
  }
  return fields;
}

const text = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString();

/** All that stands under one field of a document, by name: documents may come in pieces. */
function membersOf(document: Uint8Array, field: number, inner: number): ReadonlyMap<string, Uint8Array> {
  const named = (fieldsOf(document).get(field) ?? []).flatMap((part) => fieldsOf(part).get(inner) ?? []);
  return new Map(
    named.map((one) => {
      const fields = fieldsOf(one);
      return [text(fields.get(1)?.[0]), fields.get(2)?.[0] ?? new Uint8Array()];
    }),
  );
}

test('OpenAPI 2.0 in protobuf has what it has in JSON', async (t) => {
  await using server = await RawServer.open();
  const whole = (await server.request('GET', '/openapi/v2')).json;
  const { headers, bytes } = await server.bytes('/openapi/v2?timeout=32s', { accept: ACCEPT });
  t.is(headers['content-type'], 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf');
  const definitions = membersOf(bytes, 9, 1);
  t.deepEqual(new Set(definitions.keys()), new Set(Object.keys(whole['definitions'] as JsonObject)));
  const paths = membersOf(bytes, 8, 2);
  t.deepEqual(new Set(paths.keys()), new Set(Object.keys(whole['paths'] as JsonObject)));
  const name = 'io.k8s.api.core.v1.ConfigMap';
  const configMap = fieldsOf(definitions.get(name) ?? new Uint8Array());
  const { description } = (whole['definitions'] as Readonly<Record<string, JsonObject>>)[name] ?? {};
  t.deepEqual(text(configMap.get(4)?.[0]), description as string);
  const [kinds] = (configMap.get(31) ?? [])
    .map(fieldsOf)
    .filter((one) => /group-version-kind/.test(text(one.get(1)?.[0])));
  const yaml = text(fieldsOf(kinds?.get(2)?.[0] ?? new Uint8Array()).get(2)?.[0]);
  t.deepEqual(JSON.parse(yaml), [{ group: '', kind: 'ConfigMap', version: 'v1' }]);
});
