/**
 * What the client wants back: the Accept header, read as the real server reads it. The first entry that can be met
 * wins (clients list them by preference), weights are honoured between entries. Protobuf alone goes behind JSON of the
 * same form, wherever it stands: clients that list it take both, and stored objects are JSON already.
 */
import { PROTOBUF } from './codec/media-types.ts';
import { notAcceptable } from './status-error.ts';

/** How the body is written, and as what. */
export interface Representation {
  readonly encoding: 'json' | 'yaml' | 'protobuf';
  readonly transform:
    | { readonly as: 'object' }
    | { readonly as: 'Table'; readonly version: 'v1' | 'v1beta1' }
    /** Covers PartialObjectMetadataList too. */
    | { readonly as: 'PartialObjectMetadata'; readonly version: 'v1' | 'v1beta1' }
    | { readonly as: 'APIGroupDiscoveryList'; readonly version: 'v2' | 'v2beta1' };
}

export const PLAIN_JSON: Representation = { encoding: 'json', transform: { as: 'object' } };

/** Media types that answers can have; the last one is for kinds that have a message. */
export const SUPPORTED_ANSWERS: readonly string[] = ['application/json', 'application/yaml', PROTOBUF];

interface AcceptEntry {
  readonly type: string;
  readonly parameters: ReadonlyMap<string, string>;
  readonly weight: number;
}

function parseEntry(text: string): AcceptEntry {
  const [type = '', ...rest] = text.split(';');
  const parameters = new Map<string, string>();
  for (const item of rest) {
    const at = item.indexOf('=');
    if (at > 0) parameters.set(item.slice(0, at).trim().toLowerCase(), item.slice(at + 1).trim());
  }
  const q = Number(parameters.get('q') ?? '1');
  return { type: type.trim().toLowerCase(), parameters, weight: Number.isFinite(q) ? q : 1 };
}

const ENCODINGS: ReadonlyMap<string, Representation['encoding']> = new Map([
  ['application/json', 'json'],
  ['application/*', 'json'],
  ['*/*', 'json'],
  ['application/yaml', 'yaml'],
  [PROTOBUF, 'protobuf'],
]);

function transformOf(parameters: ReadonlyMap<string, string>): Representation['transform'] | undefined {
  const as = parameters.get('as');
  const version = parameters.get('v');
  const group = parameters.get('g');
  if (as === undefined) return { as: 'object' };
  if (group === 'meta.k8s.io' && (version === 'v1' || version === 'v1beta1')) {
    if (as === 'Table') return { as, version };
    if (as === 'PartialObjectMetadata' || as === 'PartialObjectMetadataList')
      return { as: 'PartialObjectMetadata', version };
  }
  if (
    group === 'apidiscovery.k8s.io' &&
    as === 'APIGroupDiscoveryList' &&
    (version === 'v2' || version === 'v2beta1')
  ) {
    return { as, version };
  }
  return undefined;
}

/**
 * Throws NotAcceptable when nothing fits. An absent or empty header means JSON. `where` says which transformations the
 * asked thing has: others are skipped, so that the next entry of the header gets its turn. Whether a kind has a message
 * is not known here: see `checkRepresentation`.
 */
export function negotiate(header: string | undefined, where: 'resource' | 'discovery'): Representation {
  if (header === undefined || header.trim() === '') return PLAIN_JSON;
  const entries = header
    .split(',')
    .map(parseEntry)
    .filter((entry) => entry.weight > 0);
  entries.sort((a, b) => b.weight - a.weight);
  const acceptable = entries.map((entry) => met(entry, where)).filter((one) => one !== undefined);
  const [first] = acceptable;
  if (first === undefined) throw notAcceptable(SUPPORTED_ANSWERS);
  if (first.encoding !== 'protobuf') return first;
  return acceptable.find((other) => other.encoding === 'json' && sameForm(other, first)) ?? first;
}

function met(entry: AcceptEntry, where: 'resource' | 'discovery'): Representation | undefined {
  const encoding = ENCODINGS.get(entry.type);
  const transform = transformOf(entry.parameters);
  if (encoding === undefined || transform === undefined) return undefined;
  // neither Tables nor discovery have messages here
  const wide = transform.as === 'object' || transform.as === 'PartialObjectMetadata';
  if (encoding === 'protobuf' && (!wide || where === 'discovery')) return undefined;
  const forDiscovery = transform.as === 'APIGroupDiscoveryList';
  return transform.as === 'object' || forDiscovery === (where === 'discovery') ? { encoding, transform } : undefined;
}

const sameForm = ({ transform: a }: Representation, { transform: b }: Representation): boolean =>
  a.as === b.as && (a.as === 'object' || b.as === 'object' || a.version === b.version);
