import { createHash } from 'node:crypto';
import { RuntimeError } from '../../errors.ts';
import type { Descriptor } from '../../ports/registry.ts';
import { parseConfig } from '../images/config.ts';
import { sha256 } from '../images/digest.ts';
import { CONFIG_TYPE, descriptors, DOCUMENT_LIMIT, isObject, MANIFEST_TYPE, parseObject } from '../images/document.ts';
import type { ArchiveFiles } from './files.ts';

/** One image of an archive. */
export interface ArchiveImage {
  /** References and tags that the archive gives it. */
  readonly names: readonly string[];
  readonly root: Descriptor;
  /** Documents that the archive does not hold as such. */
  readonly documents: ReadonlyMap<string, Uint8Array>;
  /** Where blobs are that do not lie at `blobs/sha256/<hex>`. */
  readonly paths: ReadonlyMap<string, string>;
}

const NAME_ANNOTATIONS = ['io.containerd.image.name', 'org.opencontainers.image.ref.name'];
const LAYER_TYPE = 'application/vnd.oci.image.layer.v1.tar';

/** The images of an archive: by its OCI index, or else by what docker save used to write. Rejects with Corrupt when it has neither. */
export async function archiveImages(files: ArchiveFiles, name: string): Promise<ArchiveImage[]> {
  const index = await files.read('index.json', DOCUMENT_LIMIT);
  if (index !== undefined) return ociImages(index, name);
  const manifests = await files.read('manifest.json', DOCUMENT_LIMIT);
  if (manifests !== undefined) return dockerImages(files, manifests, name);
  throw new RuntimeError('Corrupt', `archive ${name} holds no image: neither index.json nor manifest.json is in it`, {
    reason: 'ArchiveInvalid',
  });
}

function ociImages(index: Uint8Array, name: string): ArchiveImage[] {
  const what = `archive ${name}: index.json`;
  return descriptors(parseObject(index, what)['manifests'], `${what}: manifests`).map((root) => ({
    names: NAME_ANNOTATIONS.flatMap((key) => root.annotations?.[key] ?? []),
    root,
    documents: new Map(),
    paths: new Map(),
  }));
}

async function dockerImages(files: ArchiveFiles, manifests: Uint8Array, name: string): Promise<ArchiveImage[]> {
  const what = `archive ${name}: manifest.json`;
  const list: unknown = parseObject(Buffer.concat([Buffer.from('{"list":'), manifests, Buffer.from('}')]), what)[
    'list'
  ];
  if (!Array.isArray(list)) throw new RuntimeError('Corrupt', `${what}: expected a list`);
  const images: ArchiveImage[] = [];
  for (const one of list) images.push(await dockerImage(files, one, what));
  return images;
}

/** docker save has no OCI manifest: one is written for it, over the layers as they lie there. */
async function dockerImage(files: ArchiveFiles, value: unknown, what: string): Promise<ArchiveImage> {
  const { Config: configPath, RepoTags: tags, Layers: layerPaths } = isObject(value) ? value : {};
  if (typeof configPath !== 'string' || !isStrings(layerPaths)) throw new RuntimeError('Corrupt', `${what}: no image`);
  const configBytes = await files.read(configPath, DOCUMENT_LIMIT);
  if (configBytes === undefined) throw new RuntimeError('Corrupt', `${what}: ${configPath} is not in the archive`);
  const { diffIds } = parseConfig(configBytes, `${what}: ${configPath}`);
  const config = { mediaType: CONFIG_TYPE, digest: sha256(configBytes), size: configBytes.byteLength };
  const layers = await Promise.all(layerPaths.map((path, at) => layerOf(files, path, diffIds[at], what)));
  const paths = new Map(layers.map(({ digest }, at) => [digest, layerPaths[at] ?? '']));
  const manifest = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: MANIFEST_TYPE, config, layers }));
  const root = { mediaType: MANIFEST_TYPE, digest: sha256(manifest), size: manifest.byteLength };
  return {
    names: isStrings(tags) ? tags : [],
    root,
    documents: new Map([[root.digest, manifest]]),
    paths: paths.set(config.digest, configPath),
  };
}

/** A plain layer's digest is its diff id, as the configuration says; a compressed one has to be read. */
async function layerOf(
  files: ArchiveFiles,
  path: string,
  diffId: string | undefined,
  what: string,
): Promise<Descriptor> {
  const size = await files.size(path);
  if (size === undefined || diffId === undefined) {
    throw new RuntimeError('Corrupt', `${what}: layer ${path} is not in the archive, or not in the configuration`);
  }
  const suffix = await compressionOf(files, path);
  if (suffix === '') return { mediaType: LAYER_TYPE, digest: diffId, size };
  const hash = createHash('sha256');
  for await (const chunk of files.stream(path, 0)) hash.update(chunk);
  return { mediaType: `${LAYER_TYPE}${suffix}`, digest: `sha256:${hash.digest('hex')}`, size };
}

async function compressionOf(files: ArchiveFiles, path: string): Promise<'' | '+gzip' | '+zstd'> {
  for await (const chunk of files.stream(path, 0)) {
    const magic = Buffer.from(chunk.subarray(0, 4)).toString('hex');
    if (magic.startsWith('1f8b')) return '+gzip';
    return magic === '28b52ffd' ? '+zstd' : '';
  }
  return '';
}

function isStrings(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string');
}
