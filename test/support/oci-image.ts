import { promisify } from 'node:util';
import { gzip, zstdCompress } from 'node:zlib';
import { digestOf, json, type OciDescriptor } from '../../tools/busybox-image/image.ts';
import { tarOf, type FileTree } from '../../tools/busybox-image/tar.ts';

export type LayerForm = 'tar' | 'gzip' | 'zstd';

export interface TinyImageOptions {
  readonly layers?: readonly FileTree[];
  readonly form?: LayerForm;
  /** Media types of docker's registry instead of OCI's. */
  readonly docker?: boolean;
  readonly cmd?: readonly string[];
  readonly architecture?: string;
}

/** An image, or an index of some, with all its blobs in the order in which a builder writes them. */
export interface TinyImage {
  readonly root: OciDescriptor;
  readonly platform: { readonly os: string; readonly architecture: string };
  readonly blobs: ReadonlyMap<string, Buffer>;
}

const OCI = 'application/vnd.oci.image';
const DOCKER = 'application/vnd.docker';
const COMPRESS = {
  tar: (bytes: Buffer) => Promise.resolve(bytes),
  gzip: promisify(gzip),
  zstd: promisify(zstdCompress),
} as const;

/** An image that need not be able to run: no busybox. */
export async function tinyImage(options: TinyImageOptions = {}): Promise<TinyImage> {
  const { layers = [{ 'etc/hello': 'hello' }], form = 'gzip', docker = false, cmd } = options;
  const architecture = options.architecture ?? (process.arch === 'x64' ? 'amd64' : process.arch);
  const blobs = new Map<string, Buffer>();
  const diffIds: string[] = [];
  const descriptors: OciDescriptor[] = [];
  for (const tree of layers) {
    const tar = await tarOf(tree);
    diffIds.push(digestOf(tar));
    descriptors.push(add(blobs, layerType(form, docker), await COMPRESS[form](tar)));
  }
  const platform = { os: 'linux', architecture };
  // BuildKit writes null when there is no layer at all.
  const rootfs = { type: 'layers', diff_ids: diffIds.length === 0 ? null : diffIds };
  const configType = docker ? `${DOCKER}.container.image.v1+json` : `${OCI}.config.v1+json`;
  const config = add(blobs, configType, json({ ...platform, config: { Cmd: cmd ?? ['true'] }, rootfs }));
  const mediaType = docker ? `${DOCKER}.distribution.manifest.v2+json` : `${OCI}.manifest.v1+json`;
  const root = add(blobs, mediaType, json({ schemaVersion: 2, mediaType, config, layers: descriptors }));
  return { root, platform, blobs };
}

/** An index over images and, as BuildKit makes it, an attestation of the first of them. */
export function tinyIndex(images: readonly TinyImage[]): TinyImage & { readonly attestation: readonly string[] } {
  const blobs = new Map(images.flatMap((image) => [...image.blobs]));
  const statement = add(
    blobs,
    'application/vnd.in-toto+json',
    json({ _type: 'statement', of: images[0]?.root.digest }),
  );
  const config = add(blobs, `${OCI}.config.v1+json`, json({ architecture: 'unknown', os: 'unknown', config: {} }));
  const mediaType = `${OCI}.manifest.v1+json`;
  const manifest = add(blobs, mediaType, json({ schemaVersion: 2, mediaType, config, layers: [statement] }));
  const manifests = [
    ...images.map(({ root, platform }) => ({ ...root, platform })),
    { ...manifest, platform: { os: 'unknown', architecture: 'unknown' } },
  ];
  const indexType = `${OCI}.index.v1+json`;
  const root = add(blobs, indexType, json({ schemaVersion: 2, mediaType: indexType, manifests }));
  const platform = images[0]?.platform ?? { os: 'unknown', architecture: 'unknown' };
  return { root, platform, blobs, attestation: [manifest.digest, config.digest, statement.digest] };
}

function layerType(form: LayerForm, docker: boolean): string {
  const suffix = form === 'tar' ? '' : form;
  if (docker) return `${DOCKER}.image.rootfs.diff.tar${suffix === '' ? '' : `.${suffix}`}`;
  return `${OCI}.layer.v1.tar${suffix === '' ? '' : `+${suffix}`}`;
}

function add(blobs: Map<string, Buffer>, mediaType: string, bytes: Buffer): OciDescriptor {
  const digest = digestOf(bytes);
  blobs.set(digest, bytes);
  return { mediaType, digest, size: bytes.length };
}
