import { RuntimeError } from '../../errors.ts';
import type { Descriptor } from '../../ports/registry.ts';
import { readContent } from '../content.ts';
import { parseConfig, type ConfigDocument } from './config.ts';
import type { ImagesContext } from './context.ts';
import { requireDigest } from './digest.ts';
import { DOCUMENT_LIMIT, parseDocument, type Manifest } from './document.ts';
import { formatPlatform, normalize, platformRank, type Platform } from './platform.ts';
import { readBlob, requireSmall, type BlobSource } from './source.ts';

/** A document of the image, as it will be stored. */
export interface StoredDocument {
  readonly descriptor: Descriptor;
  readonly bytes: Uint8Array;
}

/** One image for one platform: everything but the layers' bytes. */
export interface ChosenImage {
  /** From the root down to the manifest's parent; `child` tells which entry leads on. Empty when the root is a manifest. */
  readonly indexes: readonly (StoredDocument & { readonly child: number; readonly childDigest: string })[];
  readonly manifest: StoredDocument & { readonly document: Manifest };
  readonly config: StoredDocument & { readonly document: ConfigDocument };
}

/** Indexes inside indexes are allowed, but nobody needs many. */
const DEPTH = 4;

/** Follows a root to the manifest for a platform. Rejects: NotFound (no such platform), Corrupt, Unsupported. */
export async function chooseImage(
  context: ImagesContext,
  source: BlobSource,
  root: Descriptor,
  wanted: Platform,
  signal?: AbortSignal,
): Promise<ChosenImage> {
  const indexes: ChosenImage['indexes'][number][] = [];
  let descriptor = root;
  for (let depth = 0; depth < DEPTH; depth++) {
    const what = `${source.name}: manifest ${descriptor.digest}`;
    requireSmall(descriptor, what);
    const bytes = await documentOf(context, descriptor, () => source.manifest(descriptor, signal), signal);
    const document = parseDocument(bytes, descriptor.mediaType, what);
    if (document.kind === 'manifest') {
      await source.requireAll?.([document.config, ...document.layers]);
      const config = await configOf(context, source, document, wanted, signal);
      return { indexes, manifest: { descriptor, bytes, document }, config };
    }
    const child = bestEntry(document.manifests, wanted, source.name);
    const next = document.manifests[child];
    if (next === undefined) break;
    indexes.push({ descriptor, bytes, child, childDigest: next.digest });
    descriptor = next;
  }
  throw new RuntimeError('Corrupt', `${source.name}: indexes are nested too deeply`);
}

async function configOf(
  context: ImagesContext,
  source: BlobSource,
  manifest: Manifest,
  wanted: Platform,
  signal: AbortSignal | undefined,
): Promise<ChosenImage['config']> {
  const descriptor = manifest.config;
  const what = `${source.name}: configuration ${descriptor.digest}`;
  const bytes = await documentOf(context, descriptor, () => readBlob(source, descriptor, signal), signal);
  const document = parseConfig(bytes, what);
  const { platform } = document;
  if (platform.architecture !== '' && platformRank(wanted, platform) === undefined) {
    throw noPlatform(source.name, wanted, [formatPlatform(platform)]);
  }
  if (manifest.layers.length !== document.diffIds.length) {
    const counts = `${manifest.layers.length} layers, its configuration ${document.diffIds.length}`;
    throw new RuntimeError('Corrupt', `${source.name}: the manifest has ${counts}`);
  }
  return { descriptor, bytes, document };
}

/** From the content store when it is there, else from the source. */
async function documentOf(
  context: ImagesContext,
  descriptor: Descriptor,
  fetch: () => Promise<Uint8Array>,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  const stored = await readContent(context.connection, descriptor.digest, DOCUMENT_LIMIT, signal);
  return requireDigest(stored ?? (await fetch()), descriptor.digest, `document ${descriptor.digest}`);
}

/** Position of the entry that fits best; one that does not name its platform comes last. Rejects with NotFound. */
export function bestEntry(manifests: readonly Descriptor[], wanted: Platform, name: string): number {
  const ranked = manifests
    .map((entry, at) => ({ at, rank: rankOf(entry, wanted) }))
    .filter((entry): entry is { at: number; rank: number } => entry.rank !== undefined)
    .sort((a, b) => a.rank - b.rank);
  const best = ranked[0];
  if (best !== undefined) return best.at;
  const offered = manifests.flatMap(({ platform }) =>
    platform === undefined ? [] : [formatPlatform(normalize(platform))],
  );
  throw noPlatform(name, wanted, offered);
}

function rankOf(entry: Descriptor, wanted: Platform): number | undefined {
  return entry.platform === undefined ? Number.MAX_SAFE_INTEGER : platformRank(wanted, normalize(entry.platform));
}

function noPlatform(name: string, wanted: Platform, offered: readonly string[]): RuntimeError {
  const there = [...new Set(offered)].filter((platform) => !platform.startsWith('unknown/'));
  const list = there.length === 0 ? '' : `; there is ${there.join(', ')}`;
  return new RuntimeError('NotFound', `${name} has no image for ${formatPlatform(wanted)}${list}`, {
    reason: 'PlatformNotFound',
  });
}
