/**
 * Small real images out of Debian's static busybox, for samples, tests and the bench: no network, no other program, and the
 * same input always gives the same digests.
 */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { createHash } from 'node:crypto';
import { gzip } from 'node:zlib';
import { tarOf, type FileTree } from './tar.ts';
import { busyboxTree } from './root-tree.ts';

/** The parts of an OCI image config that a user sets; names as Docker writes them. */
export interface ImageSettings {
  readonly entrypoint?: readonly string[];
  /** Default: `sh`. */
  readonly cmd?: readonly string[];
  readonly env?: readonly string[];
  readonly user?: string;
  readonly workingDir?: string;
  readonly stopSignal?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly volumes?: readonly string[];
  readonly exposedPorts?: readonly string[];
}

export interface BusyboxImageOptions {
  readonly config?: ImageSettings;
  /** Files on top of busybox, as a second layer. */
  readonly files?: FileTree;
  /** More layers, in order; names that start with `.wh.` are whiteouts, as in any OCI layer. */
  readonly layers?: readonly FileTree[];
  /** Default: gzip. */
  readonly compression?: 'gzip' | 'none';
  /** OCI architecture; default: this machine's. The binary inside is this machine's all the same. */
  readonly architecture?: string;
  /** Default: found where Debian's busybox-static puts it. */
  readonly busybox?: string;
}

export interface OciDescriptor {
  readonly mediaType: string;
  /** sha256:… */
  readonly digest: string;
  readonly size: number;
}

export interface BuiltImage {
  readonly manifest: OciDescriptor;
  readonly config: OciDescriptor;
  readonly layers: readonly OciDescriptor[];
  /** Digests of the uncompressed layers. */
  readonly diffIds: readonly string[];
  readonly platform: { readonly os: 'linux'; readonly architecture: string };
  /** All of it by digest, the manifest too. */
  readonly blobs: ReadonlyMap<string, Buffer>;
}

export const manifestType = 'application/vnd.oci.image.manifest.v1+json';
export const indexType = 'application/vnd.oci.image.index.v1+json';
const configType = 'application/vnd.oci.image.config.v1+json';
const layerType = 'application/vnd.oci.image.layer.v1.tar';

/** Builds an image in memory (about 1 MB). Rejects when busybox-static is not installed. */
export async function buildBusyboxImage(options: BusyboxImageOptions = {}): Promise<BuiltImage> {
  const busybox = options.busybox ?? '/bin/busybox';
  const [binary, applets] = await Promise.all([readBusybox(busybox), listApplets(busybox)]);
  const trees = [busyboxTree(binary, applets), ...(options.files ? [options.files] : []), ...(options.layers ?? [])];
  const blobs = new Map<string, Buffer>();
  const layers: OciDescriptor[] = [];
  const diffIds: string[] = [];
  for (const tree of trees) {
    const tar = await tarOf(tree);
    diffIds.push(digestOf(tar));
    if (options.compression === 'none') layers.push(addBlob(blobs, layerType, tar));
    else layers.push(addBlob(blobs, `${layerType}+gzip`, await promisify(gzip)(tar, { level: 3 })));
  }
  const architecture = options.architecture ?? (process.arch === 'x64' ? 'amd64' : process.arch);
  const config = addBlob(blobs, configType, imageConfig(architecture, options.config ?? {}, diffIds));
  const manifest = addBlob(blobs, manifestType, json({ schemaVersion: 2, mediaType: manifestType, config, layers }));
  return { manifest, config, layers, diffIds, platform: { os: 'linux', architecture }, blobs };
}

/** An index over several images (say, of several platforms), with its bytes. */
export function buildIndex(images: readonly BuiltImage[]): {
  readonly descriptor: OciDescriptor;
  readonly bytes: Buffer;
} {
  const manifests = images.map(({ manifest, platform }) => ({ ...manifest, platform }));
  const bytes = json({ schemaVersion: 2, mediaType: indexType, manifests });
  return { descriptor: { mediaType: indexType, digest: digestOf(bytes), size: bytes.length }, bytes };
}

async function readBusybox(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new Error(`${path} cannot be read: install Debian's package busybox-static`, { cause });
  }
}

async function listApplets(busybox: string): Promise<readonly string[]> {
  const { stdout } = await promisify(execFile)(busybox, ['--list-full']);
  return stdout.split('\n').filter((line) => line !== '');
}

function imageConfig(architecture: string, settings: ImageSettings, diffIds: readonly string[]): Buffer {
  const set = (names: readonly string[] | undefined): object | undefined =>
    names && Object.fromEntries(names.map((name) => [name, {}]));
  return json({
    architecture,
    os: 'linux',
    created: '1970-01-01T00:00:00Z',
    config: {
      User: settings.user,
      ExposedPorts: set(settings.exposedPorts),
      Env: settings.env ?? ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
      Entrypoint: settings.entrypoint,
      Cmd: settings.cmd ?? (settings.entrypoint ? undefined : ['sh']),
      Volumes: set(settings.volumes),
      WorkingDir: settings.workingDir,
      Labels: settings.labels,
      StopSignal: settings.stopSignal,
    },
    rootfs: { type: 'layers', diff_ids: diffIds },
    history: diffIds.map(() => ({ created: '1970-01-01T00:00:00Z', created_by: 'tsmoby busybox-image' })),
  });
}

function addBlob(blobs: Map<string, Buffer>, mediaType: string, bytes: Buffer): OciDescriptor {
  const digest = digestOf(bytes);
  blobs.set(digest, bytes);
  return { mediaType, digest, size: bytes.length };
}

/** sha256:… of some bytes. */
export function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

export function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}
