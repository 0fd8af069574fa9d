import { RuntimeError } from '../../errors.ts';
import type { Descriptor, Registry, RegistryTarget } from '../../ports/registry.ts';

/** An index of an index of a manifest, at most. */
const maxDepth = 3;

/** `…v1.tar`, `…v1.tar+gzip`, Docker's `…diff.tar.gzip`, and with zstd: flux', oras' and images' layers. */
const isTar = (mediaType: string): boolean => /[./]tar([.+](gzip|zstd))?$|[./+]tgz$/.test(mediaType);

/** The first layer that is a tar, of a manifest or of the first one of an index. Rejects with Corrupt and Unsupported. */
export async function findLayer(
  registry: Registry,
  target: RegistryTarget,
  descriptor: Descriptor,
  signal: AbortSignal | undefined,
  depth = 1,
): Promise<Descriptor> {
  const manifest = parse(await registry.manifest(target, descriptor, signal), target.reference);
  const [first] = descriptorsIn(manifest['manifests']);
  if (first !== undefined && depth < maxDepth) return await findLayer(registry, target, first, signal, depth + 1);
  const layers = descriptorsIn(manifest['layers']);
  const layer = layers.find(({ mediaType }) => isTar(mediaType));
  if (layer !== undefined) return layer;
  const there = layers.map(({ mediaType }) => mediaType).join(', ');
  throw new RuntimeError(
    'Unsupported',
    `${target.reference} has no layer that is a tar; ${there === '' ? 'it has no layers at all' : `its layers are ${there}`}`,
  );
}

function parse(bytes: Uint8Array, reference: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString());
    if (typeof value === 'object' && value !== null) return value as Readonly<Record<string, unknown>>;
  } catch {
    // Said below.
  }
  throw new RuntimeError('Corrupt', `the manifest of ${reference} is no JSON object`);
}

/** What looks like descriptors; the registry answers for anything else. */
function descriptorsIn(value: unknown): readonly Descriptor[] {
  if (!Array.isArray(value)) return [];
  return (value as readonly unknown[]).flatMap((entry) => {
    const { mediaType, digest, size } = (entry ?? {}) as Partial<Record<keyof Descriptor, unknown>>;
    const isOne = typeof digest === 'string' && /^(sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$/.test(digest);
    return isOne && typeof mediaType === 'string' && Number.isSafeInteger(size) && (size as number) >= 0
      ? [{ mediaType, digest, size: size as number }]
      : [];
  });
}
