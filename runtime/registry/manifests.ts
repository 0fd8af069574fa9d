import { RuntimeError } from '../errors.ts';
import type { Descriptor, RegistryTarget } from '../ports/registry.ts';
import { readBody } from './body.ts';
import type { RegistryClient } from './client.ts';
import { digestOf, verifyDigest } from './digest.ts';
import { parseReference } from './reference.ts';
import type { Answer } from './transport.ts';

const MANIFEST_TYPES: readonly string[] = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
];
/** The largest manifest that registries have to take (OCI distribution specification). */
const MAX_MANIFEST_BYTES = 4 * 1024 * 1024;

/**
 * What a reference points to now: one HEAD, when the registry answers it with type, size and digest; else a GET, hashed
 * here. The digest of a tag is believed, as `fetchManifest` verifies the bytes; of a pinned reference it must be the one asked for.
 */
export async function resolveReference(
  client: RegistryClient,
  target: RegistryTarget,
  signal: AbortSignal | undefined,
): Promise<Descriptor> {
  const reference = parseReference(target.reference);
  const common = {
    target,
    path: `manifests/${reference.target}`,
    headers: { accept: MANIFEST_TYPES.join(', ') },
    signal,
  };
  using head = await client.request({ ...common, method: 'HEAD', accept: [200, 404, 405] });
  const described = head.status === 200 ? describe(head) : undefined;
  if (described !== undefined) return pinned(described, reference.digest, target.reference);
  using answer = await client.request({ ...common, method: 'GET', accept: [200] });
  const body = await readBody(answer, target.reference, MAX_MANIFEST_BYTES);
  const promised = reference.digest ?? header(answer, 'docker-content-digest');
  if (promised !== undefined) verifyDigest(body, promised, target.reference);
  return {
    mediaType: mediaTypeOf(answer, body, target.reference),
    digest: promised ?? digestOf(body),
    size: body.length,
  };
}

/** The bytes of a manifest or index, by digest, verified. */
export async function fetchManifest(
  client: RegistryClient,
  target: RegistryTarget,
  descriptor: Descriptor,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  const what = `${target.reference}, manifest ${descriptor.digest}`;
  const accept = [...new Set([descriptor.mediaType, ...MANIFEST_TYPES])].join(', ');
  const path = `manifests/${descriptor.digest}`;
  using answer = await client.request({ target, method: 'GET', path, headers: { accept }, accept: [200], signal });
  const body = await readBody(answer, what, MAX_MANIFEST_BYTES);
  verifyDigest(body, descriptor.digest, what);
  return body;
}

/** Undefined when the headers do not say all of it. */
function describe(answer: Answer): Descriptor | undefined {
  const mediaType = contentType(answer);
  const digest = header(answer, 'docker-content-digest');
  const size = Number(answer.headers['content-length'] ?? Number.NaN);
  if (!MANIFEST_TYPES.includes(mediaType) || digest === undefined || !Number.isSafeInteger(size)) return undefined;
  return { mediaType, digest, size };
}

function pinned(descriptor: Descriptor, digest: string | undefined, what: string): Descriptor {
  if (digest === undefined || descriptor.digest === digest) return descriptor;
  throw new RuntimeError('Corrupt', `${what}: the registry answers with ${descriptor.digest}`, {
    reason: 'DigestMismatch',
  });
}

/** From the header, or from the document itself where a registry says something vague. */
function mediaTypeOf(answer: Answer, body: Buffer, what: string): string {
  const said = contentType(answer);
  if (MANIFEST_TYPES.includes(said)) return said;
  const written = mediaTypeField(body);
  if (written !== undefined && MANIFEST_TYPES.includes(written)) return written;
  throw new RuntimeError(
    'Unsupported',
    `${what}: the registry has it only as ${written ?? (said || 'something unnamed')}`,
    { reason: 'UnsupportedImage' },
  );
}

function mediaTypeField(body: Buffer): string | undefined {
  try {
    const value: unknown = JSON.parse(body.toString());
    const field =
      typeof value === 'object' && value !== null ? (value as { mediaType?: unknown }).mediaType : undefined;
    return typeof field === 'string' ? field : undefined;
  } catch {
    return undefined;
  }
}

const contentType = (answer: Answer): string => (answer.headers['content-type'] ?? '').split(';', 1)[0]?.trim() ?? '';

function header(answer: Answer, name: string): string | undefined {
  const value = answer.headers[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}
