/**
 * What the client wants back: the Accept header, read as the real server reads it. The first entry that can be met
 * wins (clients list them by preference), weights are honoured between entries.
 */
import { notAcceptable } from './status-error.ts';

/** How the body is written, and as what. */
export interface Representation {
  readonly encoding: 'json' | 'yaml';
  readonly transform:
    | { readonly as: 'object' }
    | { readonly as: 'Table'; readonly version: 'v1' | 'v1beta1' }
    /** Covers PartialObjectMetadataList too. */
    | { readonly as: 'PartialObjectMetadata'; readonly version: 'v1' | 'v1beta1' }
    | { readonly as: 'APIGroupDiscoveryList'; readonly version: 'v2' | 'v2beta1' };
}

export const PLAIN_JSON: Representation = { encoding: 'json', transform: { as: 'object' } };

/** Media types that answers can have. */
export const SUPPORTED_ANSWERS: readonly string[] = ['application/json', 'application/yaml'];

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

const ENCODINGS: ReadonlyMap<string, 'json' | 'yaml'> = new Map([
  ['application/json', 'json'],
  ['application/*', 'json'],
  ['*/*', 'json'],
  ['application/yaml', 'yaml'],
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
 * asked thing has: others are skipped, so that the next entry of the header gets its turn.
 */
export function negotiate(header: string | undefined, where: 'resource' | 'discovery'): Representation {
  if (header === undefined || header.trim() === '') return PLAIN_JSON;
  const entries = header
    .split(',')
    .map(parseEntry)
    .filter((entry) => entry.weight > 0);
  entries.sort((a, b) => b.weight - a.weight);
  for (const entry of entries) {
    const encoding = ENCODINGS.get(entry.type);
    const transform = transformOf(entry.parameters);
    if (encoding === undefined || transform === undefined) continue;
    const forDiscovery = transform.as === 'APIGroupDiscoveryList';
    if (transform.as === 'object' || forDiscovery === (where === 'discovery')) return { encoding, transform };
  }
  throw notAcceptable(SUPPORTED_ANSWERS);
}
