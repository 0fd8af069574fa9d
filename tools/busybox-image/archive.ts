/** Writes images as one archive file: an OCI layout in a tar, or what `docker save` used to write. */
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { gunzip } from 'node:zlib';
import { promisify } from 'node:util';
import { buildBusyboxImage, indexType, json, type BuiltImage, type BusyboxImageOptions } from './image.ts';
import { tarOf } from './tar.ts';

export interface NamedImage {
  readonly image: BuiltImage;
  /** Full reference, e.g. tsmoby.dev/samples/web:v1; absent: the archive's index does not name it. */
  readonly name?: string;
}

export interface BusyboxArchiveOptions extends BusyboxImageOptions {
  /** Path of the file to write; its directory is made. */
  readonly output: string;
  readonly name?: string;
  /** Default: oci. */
  readonly format?: 'oci' | 'docker';
}

/** Builds one image and writes its archive in one rename. */
export async function buildBusyboxArchive(options: BusyboxArchiveOptions): Promise<BuiltImage> {
  const image = await buildBusyboxImage(options);
  const named = [{ image, ...(options.name === undefined ? {} : { name: options.name }) }];
  await writeArchive(options.output, named, options.format);
  return image;
}

/** Writes several images into one archive. */
export async function writeArchive(
  output: string,
  images: readonly NamedImage[],
  format: 'oci' | 'docker' = 'oci',
): Promise<void> {
  const files = format === 'oci' ? ociLayout(images) : await dockerSave(images);
  await mkdir(dirname(output), { recursive: true });
  await writeFile(`${output}.partial`, await tarOf(files));
  await rename(`${output}.partial`, output);
}

function ociLayout(images: readonly NamedImage[]): Record<string, Uint8Array> {
  const files: Record<string, Uint8Array> = { 'oci-layout': json({ imageLayoutVersion: '1.0.0' }) };
  for (const { image } of images) {
    for (const [digest, bytes] of image.blobs) files[`blobs/${digest.replace(':', '/')}`] = bytes;
  }
  const manifests = images.map(({ image, name }) => ({
    ...image.manifest,
    platform: image.platform,
    ...(name === undefined ? {} : { annotations: nameAnnotations(name) }),
  }));
  files['index.json'] = json({ schemaVersion: 2, mediaType: indexType, manifests });
  return files;
}

/** The specification's key holds the tag, as skopeo and docker write it; containerd's holds all of it. */
function nameAnnotations(name: string): Record<string, string> {
  const tag = /:([^:/]+)$/.exec(name)?.[1] ?? 'latest';
  return { 'io.containerd.image.name': name, 'org.opencontainers.image.ref.name': tag };
}

async function dockerSave(images: readonly NamedImage[]): Promise<Record<string, Uint8Array>> {
  const files: Record<string, Uint8Array> = {};
  const manifest: object[] = [];
  for (const { image, name } of images) {
    const layers: string[] = [];
    for (const [index, layer] of image.layers.entries()) {
      const bytes = blobOf(image, layer.digest);
      const path = `${image.diffIds[index]?.slice('sha256:'.length)}/layer.tar`;
      files[path] = layer.mediaType.endsWith('gzip') ? await promisify(gunzip)(bytes) : bytes;
      layers.push(path);
    }
    const config = `${image.config.digest.slice('sha256:'.length)}.json`;
    files[config] = blobOf(image, image.config.digest);
    manifest.push({ Config: config, RepoTags: name === undefined ? null : [name], Layers: layers });
  }
  files['manifest.json'] = json(manifest);
  return files;
}

function blobOf(image: BuiltImage, digest: string): Buffer {
  const bytes = image.blobs.get(digest);
  if (bytes === undefined) throw new Error(`the image has no blob ${digest}`);
  return bytes;
}
