import * as fc from 'fast-check';
import { encodeObject, hasMessage } from '../../../api/codec/protobuf/encode.ts';
import { encodeYaml } from '../../../schemas/text/encode-yaml.ts';
import type { JsonValue } from '../../../schemas/object.ts';
import { CORPUS, type Sample } from './corpus.ts';

/** One request as it goes out. */
export interface Attempt {
  readonly method: string;
  /** With its query. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | undefined;
}

const WORDS = [
  '',
  ' ',
  '\0',
  '-1',
  '0',
  '1',
  '1.5',
  '1e400',
  '9007199254740993',
  '99999999999999999999',
  'NaN',
  'true',
  'null',
  'All',
  'Orphan',
  'a',
  'a/b',
  '/',
  '//',
  '~',
  '~2',
  '..',
  '*',
  '=',
  '!',
  '(',
  ')',
  ',',
  'in',
  'a in (',
  'a=b=c',
  'x'.repeat(300),
  'é',
  '\u{1F600}',
  '\uFFFD',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'length',
  '$patch',
  '$retainKeys',
  '$setElementOrder/x',
  'f:a',
  'k:{"a":1}',
  'v:1',
  'i:0',
  '.',
  '%',
  '%00',
  '%zz',
  '%2F',
  "'",
  '"',
  '\\',
  '`',
  '${x}',
  '(a+)+$',
  '[',
  '^(([a-z])+.)+[A-Z]([a-z])+$',
  'self.',
  'self.all(x, x)',
  'oldSelf',
  'size(self)',
  '{}',
  '[]',
  '2026-13-45T99:99:99Z',
  'YQ',
  'object',
  'array',
  'string',
  'Strict',
  'kubernetes',
  'v1',
  'v2',
  'status',
  'scale',
  'eyJ2IjoxfQ',
  '0x10',
];

const odd = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom<unknown>(...WORDS) },
  {
    weight: 4,
    arbitrary: fc.constantFrom<unknown>(
      null,
      true,
      false,
      0,
      -1,
      1.5,
      2 ** 53,
      1e300,
      -(2 ** 31) - 1,
      [],
      {},
      [null],
      [[]],
      [{}],
      { '': '' },
      { a: { a: { a: {} } } },
    ),
  },
  { weight: 1, arbitrary: fc.string({ maxLength: 20, unit: 'binary' }) },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 600 }).map(nested) },
);

function nested(depth: number): unknown {
  let value: unknown = 1;
  for (let n = 0; n < depth; n++) value = n % 2 === 0 ? [value] : { a: value };
  return value;
}

type Bend = (value: unknown, at: number, material: unknown) => unknown;

/** Changes of one place; which one is told by a number. */
const BENDS: readonly Bend[] = [
  (_value, _at, material) => material,
  (value, at) =>
    isMap(value)
      ? Object.fromEntries(Object.entries(value).filter((_, n) => n !== at % Object.keys(value).length))
      : undefined,
  (value, _at, material) =>
    isMap(value) ? withOwn(value, typeof material === 'string' ? material : 'odd', material) : [value, material],
  (value, at, material) => (isMap(value) ? renamed(value, at, String(material)) : material),
  (value) => (Array.isArray(value) ? [...(value as unknown[]), ...(value as unknown[])] : [value]),
];

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function withOwn(map: object, key: string, value: unknown): object {
  return Object.defineProperty({ ...map }, key, { value, enumerable: true, configurable: true, writable: true });
}

function renamed(map: Record<string, unknown>, at: number, to: string): object {
  const entries = Object.entries(map);
  const made = {};
  for (const [n, [key, value]] of entries.entries())
    Object.defineProperty(made, n === at % entries.length ? to : key, {
      value,
      enumerable: true,
      configurable: true,
      writable: true,
    });
  return made;
}

/** Walks down as `way` says and bends what stands there. */
function bent(value: unknown, way: readonly number[], bend: Bend, material: unknown): unknown {
  const [step, ...rest] = way;
  if (step === undefined || typeof value !== 'object' || value === null) return bend(value, way.length, material);
  if (Array.isArray(value)) {
    if (value.length === 0) return bend(value, step, material);
    return (value as unknown[]).map((item, n) => (n === step % value.length ? bent(item, rest, bend, material) : item));
  }
  const keys = Object.keys(value);
  const key = keys[step % keys.length];
  if (key === undefined) return bend(value, step, material);
  return withOwn(value, key, bent((value as Record<string, unknown>)[key], rest, bend, material));
}

const change = fc.record({
  way: fc.array(fc.nat(30), { maxLength: 7 }),
  bend: fc.constantFrom(...BENDS),
  material: odd,
});

const TYPES = [
  'application/json',
  'application/yaml',
  'application/vnd.kubernetes.protobuf',
  'application/merge-patch+json',
  'application/json-patch+json',
  'application/strategic-merge-patch+json',
  'application/apply-patch+yaml',
  'text/plain',
  ';;',
  '',
];
const ACCEPTS = [
  'application/json',
  'application/yaml',
  'application/vnd.kubernetes.protobuf',
  'application/json;as=Table;v=v1;g=meta.k8s.io',
  'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io',
  'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList',
  '*/*',
  'a/b;q=0',
  ',,;=',
  'application/*;q=0.1,*/*;q=x',
  'application/vnd.kubernetes.protobuf;as=Table;v=v1;g=meta.k8s.io',
];
const word = fc.oneof(fc.constantFrom(...WORDS), fc.string({ maxLength: 12, unit: 'binary' }));
const parameter = fc.constantFrom(
  'limit',
  'continue',
  'labelSelector',
  'fieldSelector',
  'resourceVersion',
  'resourceVersionMatch',
  'dryRun',
  'fieldManager',
  'fieldValidation',
  'force',
  'propagationPolicy',
  'gracePeriodSeconds',
  'orphanDependents',
  'includeObject',
  'pretty',
  'sendInitialEvents',
  'allowWatchBookmarks',
  'container',
  'command',
  'tailLines',
  '__proto__',
);

/** null, but for one time in so many. */
const seldom = <T>(times: number, arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> =>
  fc.oneof({ weight: times - 1, arbitrary: fc.constant(null) }, { weight: 1, arbitrary });

const plan = fc.record({
  sample: fc.constantFrom(...CORPUS),
  changes: fc.array(change, { maxLength: 3 }),
  parameters: fc.array(fc.tuple(parameter, word), { maxLength: 2 }),
  segment: seldom(10, fc.tuple(fc.nat(9), word)),
  method: seldom(15, fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'PROPFIND')),
  type: seldom(12, fc.constantFrom(...TYPES)),
  accept: seldom(5, fc.constantFrom(...ACCEPTS)),
  form: fc.nat(9),
  flips: fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 3 }),
  flipped: fc.nat(4).map((n) => n === 0),
  cut: seldom(15, fc.nat(400)),
});

/** Any request of the corpus, bent in a few places: its structure, its bytes, its target, its headers. */
export const attempt: fc.Arbitrary<Attempt> = plan.map((one) => {
  const { sample, accept } = one;
  const { type, bytes } = bodyOf(one);
  return {
    method: one.method ?? sample.method,
    target: targetOf(sample, one.parameters, one.segment),
    headers: {
      ...(type === undefined || type === '' ? {} : { 'content-type': type }),
      ...(accept === null ? {} : { accept }),
    },
    body: bytes,
  };
});

type Plan = typeof plan extends fc.Arbitrary<infer T> ? T : never;

function bodyOf({ sample, changes, type, form, flips, flipped, cut }: Plan): {
  type: string | undefined;
  bytes: Uint8Array | undefined;
} {
  if (sample.body === undefined) return { type: type ?? undefined, bytes: undefined };
  const value = changes.reduce<unknown>(
    (body, { way, bend, material }) => bent(body, way, bend, material),
    sample.body,
  );
  const written = encoded(value, sample, form);
  let bytes = Buffer.from(written.bytes);
  if (flipped) for (const [at, byte] of flips) if (bytes.length > 0) bytes[at % bytes.length] = byte;
  if (cut !== null) bytes = bytes.subarray(0, cut);
  return { type: type ?? written.type, bytes };
}

/** Mostly JSON; some YAML, and protobuf where the value still has a shape that can be written. */
function encoded(
  value: unknown,
  { contentType }: Sample,
  form: number,
): { readonly type: string | undefined; readonly bytes: Uint8Array } {
  const json = { type: contentType ?? 'application/json', bytes: Buffer.from(JSON.stringify(value) ?? '') };
  if (contentType !== undefined && contentType !== 'application/apply-patch+yaml') return json;
  try {
    if (form === 0)
      return { type: contentType ?? 'application/yaml', bytes: Buffer.from(encodeYaml(value as JsonValue)) };
    const { apiVersion, kind } = value as { apiVersion: string; kind: string };
    if (form === 1 && contentType === undefined && hasMessage({ apiVersion, kind }))
      return {
        type: 'application/vnd.kubernetes.protobuf',
        bytes: encodeObject(value as object, { apiVersion, kind }),
      };
  } catch {
    // no YAML or protobuf can say this
  }
  return json;
}

function targetOf(
  { path, query }: Sample,
  more: readonly (readonly [string, string])[],
  segment: readonly [number, string] | null,
): string {
  const segments = path.split('/').slice(1);
  if (segment !== null) segments[segment[0] % segments.length] = escaped(segment[1]);
  const pairs = [...Object.entries(query), ...more];
  const text = pairs.map(([name, value]) => `${name}=${encodeURIComponent(value.toWellFormed())}`).join('&');
  return `/${segments.join('/')}${text === '' ? '' : `?${text}`}`;
}

/** Escapes of its own stay as they are, right or wrong. */
const escaped = (text: string): string => (text.startsWith('%') ? text : encodeURIComponent(text.toWellFormed()));
