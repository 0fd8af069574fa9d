/** Random probes: sequences of writes by several managers to one object, as fast-check arbitraries. */
import {
  array,
  boolean,
  constant,
  constantFrom,
  dictionary,
  integer,
  oneof,
  record,
  tuple,
  uniqueArray,
  type Arbitrary,
  type WeightedArbitrary,
} from 'fast-check';
import type { JsonObject, JsonValue } from '../../../schemas/object.ts';
import { own } from '../../../schemas/structural/own.ts';
import type { Probe, Step } from './probe.ts';

type Body = Arbitrary<JsonObject>;

const few = (...values: readonly string[]): Arbitrary<string> => constantFrom(...values);
const word = few('a', 'b', 'c');
const mapOf = (value: Arbitrary<JsonValue>, minKeys = 0): Body =>
  dictionary(word, value, { minKeys, maxKeys: 3 }) as Body;
const some = (parts: Record<string, Arbitrary<JsonValue>>): Body => record(parts, { requiredKeys: [] }) as Body;

const port = record({ name: word }, { requiredKeys: ['name'] }).chain((name) =>
  some({
    port: integer({ min: 1, max: 3 }),
    protocol: few('TCP', 'UDP'),
    labels: mapOf(word),
    tags: uniqueArray(word, { maxLength: 3 }),
  }).map((rest) => ({ ...name, ...rest })),
);
const byKey = (items: Body, key: (item: JsonObject) => unknown, minLength = 0): Arbitrary<JsonValue> =>
  uniqueArray(items, { minLength, maxLength: 3, selector: key });
const proto = some({ protocol: few('TCP', 'UDP'), note: word }).chain((rest) =>
  integer({ min: 1, max: 2 }).map((at) => ({ port: at, ...rest })),
);

/** A Gadget's spec, mostly right. */
const gadgetSpec = some({
  size: integer({ min: 0, max: 3 }),
  color: few('red', 'green', 'blue'),
  tags: uniqueArray(word, { maxLength: 3 }),
  args: array(word, { maxLength: 2 }),
  ports: byKey(port, (item) => item['name']),
  byProto: byKey(proto, (item) => JSON.stringify([item['port'], item['protocol'] ?? 'TCP'])),
  env: mapOf(word),
  groups: mapOf(mapOf(word)),
  ref: some({ name: word, kind: word }),
  nested: some({ a: word, level: integer({ min: 1, max: 2 }), deeper: some({ b: word }) }),
  limit: oneof(integer({ min: 1, max: 2 }), few('1', '10%')),
  maybe: oneof(word, constant(null)),
  open: mapOf(oneof(word as Arbitrary<JsonValue>, mapOf(word), array(word, { maxLength: 2 }))),
});
const gadgetStatus = some({
  phase: word,
  conditions: byKey(
    some({ status: word }).chain((rest) => word.map((type) => ({ type, ...rest }))),
    (item) => item['type'],
  ),
});

const reference = word.map((name) => ({ apiVersion: 'none.dev/v1', kind: 'Nothing', name, uid: `uid-of-${name}` }));

/** A real server keeps empty parts of a custom object's metadata in its store unseen, and moves the version when they go. */
const metadataOf = (custom: boolean): Body =>
  some({
    labels: mapOf(word, custom ? 1 : 0),
    annotations: mapOf(word, custom ? 1 : 0),
    finalizers: uniqueArray(few('x.dev/a', 'x.dev/b'), { minLength: custom ? 1 : 0, maxLength: 2 }),
    ownerReferences: byKey(reference, (item) => item['uid'], custom ? 1 : 0),
  });

/** A kind that random probes write to. */
interface Target {
  readonly apiVersion: string;
  readonly kind: string;
  readonly collection: string;
  readonly content: Body;
  readonly status?: Body;
  readonly patches: readonly string[];
}

export const TARGETS: readonly Target[] = [
  {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    collection: '/api/v1/namespaces/{ns}/configmaps',
    content: some({ data: mapOf(word), binaryData: dictionary(few('x', 'y'), few('YQ==', 'Yg==')) as Body }),
    patches: ['merge', 'strategic'],
  },
  {
    apiVersion: 'v1',
    kind: 'Secret',
    collection: '/api/v1/namespaces/{ns}/secrets',
    content: some({ data: mapOf(few('YQ==', 'Yg==')), stringData: mapOf(word) }),
    patches: ['merge', 'strategic'],
  },
  {
    apiVersion: 'test.tsmoby.dev/v1',
    kind: 'Gadget',
    collection: '/apis/test.tsmoby.dev/v1/namespaces/{ns}/gadgets',
    content: some({ spec: gadgetSpec, status: gadgetStatus }),
    status: some({ spec: gadgetSpec, status: gadgetStatus }),
    patches: ['merge'],
  },
];

const manager = few('alpha', 'beta', 'kubectl', 'gamma');

/** Wishes as a patch says them: null takes away. */
const withNulls = (body: Body): Body =>
  tuple(body, array(boolean(), { minLength: 7, maxLength: 7 })).map(([value, rolls]) => {
    let next = 0;
    const nulled = (at: JsonValue): JsonValue => {
      if (typeof at !== 'object' || at === null || Array.isArray(at)) return at;
      const entries = Object.entries(at).map(([key, child]) => {
        const isNull = rolls[next++ % rolls.length] === true && rolls[next++ % rolls.length] === true;
        return [key, isNull ? null : nulled(child ?? null)] as const;
      });
      return Object.fromEntries(entries);
    };
    return nulled(value) as JsonObject;
  });

const named = (object: JsonObject, meta: JsonObject, extra: JsonObject = {}): JsonObject => ({
  ...object,
  metadata: { name: 'x', ...meta, ...extra },
});

function step({ apiVersion, kind, collection, content, status, patches }: Target): Arbitrary<Step> {
  const at = `${collection}/x`;
  const metadata = metadataOf(status !== undefined);
  const whole = tuple(content, metadata).map(([body, meta]) => ({ apiVersion, kind, ...named(body, meta) }));
  const apply = (body: Body, path: string): Arbitrary<Step> =>
    tuple(body, manager, boolean()).map(([object, by, force]) => ({
      verb: 'PATCH',
      path: `${path}?fieldManager=${by}&force=${String(force)}`,
      type: 'apply',
      body: object,
    }));
  const patch = (body: Body, path: string): Arbitrary<Step> =>
    tuple(withNulls(body), manager, constantFrom(...patches)).map(([object, by, type]) => ({
      verb: 'PATCH',
      path: `${path}?fieldManager=${by}`,
      type,
      body: object,
    }));
  const put = tuple(whole, manager).map(([body, by]): Step => ({
    verb: 'PUT',
    path: `${at}?fieldManager=${by}`,
    body: named(body, own(body, 'metadata') as JsonObject, apiVersion === 'v1' ? {} : { resourceVersion: '{rv}' }),
  }));
  const steps: WeightedArbitrary<Step>[] = [
    {
      weight: 2,
      arbitrary: tuple(whole, manager).map(([body, by]) => ({
        verb: 'POST',
        path: `${collection}?fieldManager=${by}`,
        body,
      })),
    },
    { weight: 3, arbitrary: put },
    { weight: 8, arbitrary: apply(whole, at) },
    {
      weight: 3,
      arbitrary: patch(
        tuple(content, metadata).map(([body, meta]) => ({ ...body, metadata: meta })),
        at,
      ),
    },
    { weight: 1, arbitrary: constant({ verb: 'DELETE', path: at }) },
  ];
  if (status !== undefined) {
    steps.push({
      weight: 2,
      arbitrary: apply(
        tuple(status, metadata).map(([body, meta]) => ({ apiVersion, kind, ...named(body, meta) })),
        `${at}/status`,
      ),
    });
    steps.push({ weight: 2, arbitrary: patch(status, `${at}/status`) });
  }
  return oneof(...steps);
}

/** Sequences that begin with an object that is there, or with nothing. */
export const probes = (target: Target): Arbitrary<Probe> =>
  array(step(target), { minLength: 2, maxLength: 9 }).map((steps) => ({
    title: `random ${target.kind}`,
    steps: [
      ...steps.flatMap((one, index): Step[] => withVersion(target, one, index)),
      { verb: 'GET', path: `${target.collection}/x` },
    ],
  }));

/** A PUT that names a version reads it first. */
function withVersion({ collection }: Target, one: Step, _index: number): Step[] {
  return JSON.stringify(one.body ?? '').includes('{rv}') ? [{ verb: 'GET', path: `${collection}/x` }, one] : [one];
}
