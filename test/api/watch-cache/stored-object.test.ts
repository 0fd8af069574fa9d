import test from 'ava';
import * as fc from 'fast-check';
import { ByteSink, bytesOf } from '../../../api/byte-sink.ts';
import { EnvelopeError, openValue, sealValue } from '../../../api/store/envelope.ts';
import { DecodedObjects } from '../../../api/watch-cache/decoded-objects.ts';
import type { CacheEntry } from '../../../api/watch-cache/entry.ts';
import { deepFreeze } from '../../../api/watch-cache/freeze.ts';
import {
  decodeObject,
  decodeSummary,
  encodeObject,
  spliceResourceVersion,
  writeStoredMetadata,
} from '../../../api/watch-cache/stored-object.ts';
import type { KubeObject } from '../../../schemas/object.ts';
import { configMap } from './harness.ts';

const json = (value: Uint8Array): string => Buffer.from(value).toString();

test('any object comes back as it was, with the version it is read at, decoded or spliced', (t) => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.nat(), (data, revision) => {
      const object = configMap('a', 'x', { data });
      const value = encodeObject(object);
      const expected = { ...object, metadata: { ...object.metadata, resourceVersion: String(revision) } };
      t.deepEqual(decodeObject(value, revision), JSON.parse(JSON.stringify(expected)));
      t.deepEqual(JSON.parse(json(spliceResourceVersion(value, revision))), JSON.parse(JSON.stringify(expected)));
    }),
  );
});

test('the metadata of any object comes alone, with its version, whatever stands in it and behind it', (t) => {
  const texts = fc.dictionary(fc.oneof(fc.string(), fc.constantFrom('}', '{"', '"metadata":{', '\\\\"')), fc.string());
  fc.assert(
    fc.property(texts, texts, fc.nat(), (labels, annotations, revision) => {
      const object = configMap('a', 'x', { labels, data: annotations });
      const metadata = { ...object.metadata, annotations };
      const value = encodeObject({ ...object, metadata });
      const sink = new ByteSink();
      sink.text('é');
      writeStoredMetadata(value, revision, sink);
      const written = json(sink.take());
      t.true(written.startsWith(`é{"resourceVersion":"${revision}",`));
      t.deepEqual(JSON.parse(written.slice(1)), { ...metadata, resourceVersion: String(revision) });
    }),
  );
});

test('the version goes into the object itself, not into another "metadata" that looks the same', (t) => {
  const tricky = {
    spec: { template: { metadata: { labels: { a: '"metadata":{' } } } },
    ...configMap('a', '"metadata":{', { data: { metadata: {} } }),
  } as KubeObject;
  const spliced = JSON.parse(json(spliceResourceVersion(encodeObject(tricky), 7))) as typeof tricky & {
    readonly spec: unknown;
  };
  t.is(spliced.metadata.resourceVersion, '7');
  t.deepEqual(spliced.spec, { template: { metadata: { labels: { a: '"metadata":{' } } } });
});

test('an object whose metadata is empty gets its version without a comma too many', (t) => {
  const value = encodeObject({ apiVersion: 'v1', kind: 'Thing', metadata: {} } as KubeObject);
  t.is(json(spliceResourceVersion(value, 3)), '{"apiVersion":"v1","kind":"Thing","metadata":{"resourceVersion":"3"}}');
  t.is(json(bytesOf((sink) => writeStoredMetadata(value, 3, sink))), '{"resourceVersion":"3"}');
});

test('the stored bytes carry no resourceVersion, whatever the object came with', (t) => {
  const object = configMap('a', 'x');
  const value = encodeObject({ ...object, metadata: { ...object.metadata, resourceVersion: '99' } });
  t.false(json(value).includes('resourceVersion'));
});

test('integers beyond 2^53 survive, and only they are BigInt', (t) => {
  const data = { big: 9_007_199_254_740_993n, negative: -(2n ** 63n), small: 5, float: 1.5, huge: 1e300, text: '1' };
  const value = encodeObject(configMap('a', 'x', { data }));
  t.is(openValue(value).format, 'json-with-bigints');
  t.true(json(value).includes('9007199254740993'));
  t.deepEqual((decodeObject(value, 1) as KubeObject & { readonly data: unknown }).data, data);
  t.is(openValue(encodeObject(configMap('a', 'x', { data: { small: 5 } }))).format, 'json');
});

test('foreign keys are own properties like any other', (t) => {
  const data = JSON.parse('{"__proto__":{"polluted":true},"constructor":1,"toString":2}') as Record<string, unknown>;
  for (const extra of [{}, { big: 2n ** 60n }]) {
    const decoded = decodeObject(
      encodeObject(configMap('a', 'x', { data: Object.assign(data, extra) })),
      1,
    ) as KubeObject & {
      readonly data: object;
    };
    t.deepEqual(Object.keys(decoded.data).slice(0, 3), ['__proto__', 'constructor', 'toString']);
    t.false('polluted' in decoded.data);
  }
});

test('an envelope that this release does not know is refused by what it says', (t) => {
  const value = sealValue('{}', 'json');
  const changed = (index: number, byte: number) => Uint8Array.from(value, (old, at) => (at === index ? byte : old));
  for (const [bytes, message] of [
    [Buffer.from('{"apiVersion":"v1"}'), /no tsmoby envelope/],
    [new Uint8Array(), /no tsmoby envelope/],
    [changed(1, 9), /format 9.*upgrade/],
    [changed(2, 200), /storage version 200.*upgrade/],
    [changed(3, 1), /transformer 1.*configured/],
  ] as const)
    t.throws(() => openValue(bytes), { instanceOf: EnvelopeError, message });
  t.is(json(openValue(value).payload), '{}');
});

test('freezing reaches the bottom of what is deeper than the stack', (t) => {
  let object: object = { bottom: [1] };
  const bottom = object;
  for (let depth = 0; depth < 100_000; depth++) object = depth % 2 ? { child: object } : [object];
  deepFreeze(object);
  t.true(Object.isFrozen(bottom) && Object.isFrozen((bottom as { bottom: unknown }).bottom));
});

test('decoded objects are kept by recent use within their bytes', (t) => {
  const entry = (name: string): CacheEntry =>
    ({ name, revision: 1, value: encodeObject(configMap('a', name)) }) as CacheEntry;
  const [first, second, third] = [entry('n1'), entry('n2'), entry('n3')];
  const objects = new DecodedObjects(first.value.length * 2.5 * 2.5);
  const kept = objects.get(first);
  const dropped = objects.get(second);
  t.is(objects.get(first), kept);
  objects.get(third);
  t.is(objects.get(first), kept);
  t.not(objects.get(second), dropped);
  t.true(objects.bytes <= first.value.length * 2.5 * 2.5);
  t.deepEqual(new DecodedObjects(0).get(first), kept, 'with no room at all it still decodes');
});

test('a summary is the object without its managed fields, whatever looks like them elsewhere', (t) => {
  const word = fc.constantFrom('managedFields', '"managedFields":[', 'metadata', '\\"', '}', ']', 'a');
  const anything = fc.dictionary(word, fc.jsonValue({ depthSize: 'small' }));
  fc.assert(
    fc.property(
      fc.dictionary(word, word),
      fc.option(fc.array(anything), { nil: undefined }),
      anything,
      fc.boolean(),
      (labels, managedFields, data, first) => {
        const { metadata, ...rest } = configMap('a', 'x', { data });
        const managed = managedFields === undefined ? {} : { managedFields };
        const own = { ...metadata, labels };
        const object = { ...rest, metadata: first ? { ...managed, ...own } : { ...own, ...managed } };
        const value = encodeObject(object as never);
        const expected = { ...rest, metadata: { ...own, resourceVersion: '7' } };
        t.deepEqual(decodeSummary(value, 7), JSON.parse(JSON.stringify(expected)));
      },
    ),
    { numRuns: 1000 },
  );
});

test('where metadata ends is found once', (t) => {
  const value = encodeObject(configMap('a', 'x', { data: { a: 'b' } }));
  const sinks = [new ByteSink(), new ByteSink()] as const;
  const end = writeStoredMetadata(value, 7, sinks[0]);
  t.is(writeStoredMetadata(value, 7, sinks[1], end), end);
  t.is(json(sinks[0].take()), json(sinks[1].take()));
});
