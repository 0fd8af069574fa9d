import type { Image } from '../../../proto/gen/containerd/images_pb.ts';
import { RuntimeError } from '../../errors.ts';
import type { Owner } from '../../ports/containers.ts';
import type { ImageConfig, ImageRecord } from '../../ports/images.ts';
import { leased } from '../connection.ts';
import { readContent } from '../content.ts';
import { unlessGone, unlessThere } from '../errors.ts';
import { callerLabels, IMAGE_MANIFEST_LABEL, ownerLabels, ownerOf, storeFilter, STORE_LABEL } from '../labels.ts';
import { parseConfig } from './config.ts';
import { remember, type ImagesContext } from './context.ts';
import { DOCUMENT_LIMIT, parseDocument } from './document.ts';
import type { Descriptor } from '../../ports/registry.ts';

const CHAIN = 'tsmoby.dev/chain-id';
const SNAPSHOTTER = 'tsmoby.dev/snapshotter';
const PLATFORM = 'tsmoby.dev/platform';
const SIZE = 'tsmoby.dev/size';
const RESERVED = new Set([IMAGE_MANIFEST_LABEL, CHAIN, SNAPSHOTTER, PLATFORM, SIZE]);
const CACHED_CONFIGS = 256;

/** What a record will say, before it exists. */
export interface NewRecord {
  readonly name: string;
  readonly owner: Owner;
  readonly labels: Readonly<Record<string, string>>;
  readonly target: Descriptor;
  readonly manifestDigest: string;
  readonly chainId: string;
  readonly snapshotter: string;
  readonly platform: string;
  readonly sizeBytes: number;
  readonly config: ImageConfig;
}

/**
 * Makes the record, or points the one of this name to the new target. From here on it, not the lease, keeps the content; what only the former target
 * kept is removed at once.
 */
export async function writeRecord(context: ImagesContext, record: NewRecord, lease: string): Promise<ImageRecord> {
  const { images } = context.connection.services;
  const { name, target } = record;
  const image = {
    name,
    labels: recordLabels(context, record),
    target: { mediaType: target.mediaType, digest: target.digest, size: BigInt(target.size) },
  };
  const options = { headers: leased(lease) };
  const made = await unlessThere(images.create({ image }, options));
  if (made === undefined) await pointRecord(context, image, options);
  remember(context.configs, record.manifestDigest, record.config, CACHED_CONFIGS);
  const { target: _, ...rest } = record;
  return { ...rest, digest: target.digest, labels: callerLabels(record.labels, RESERVED) };
}

async function pointRecord(
  { connection }: ImagesContext,
  image: { readonly name: string; readonly target: { readonly digest: string } },
  options: { readonly headers: Readonly<Record<string, string>> },
): Promise<void> {
  const { images } = connection.services;
  const former = (await unlessGone(images.get({ name: image.name })))?.image?.target?.digest;
  await images.update({ image, updateMask: { paths: ['target', 'labels'] } }, options);
  if (former !== image.target.digest) await connection.collect();
}

function recordLabels(context: ImagesContext, record: NewRecord): Record<string, string> {
  return {
    ...record.labels,
    ...ownerLabels(context.connection.identity, record.owner),
    [IMAGE_MANIFEST_LABEL]: record.manifestDigest,
    [CHAIN]: record.chainId,
    [SNAPSHOTTER]: record.snapshotter,
    [PLATFORM]: record.platform,
    [SIZE]: String(record.sizeBytes),
  };
}

/** Undefined when there is no record of that name, or when it is not ours. */
export async function getRecord(
  context: ImagesContext,
  name: string,
  signal?: AbortSignal,
): Promise<ImageRecord | undefined> {
  const { services, identity } = context.connection;
  const image = (await unlessGone(services.images.get({ name }, { signal })))?.image;
  if (image === undefined || image.labels[STORE_LABEL] !== identity) return undefined;
  return readRecord(context, image, signal);
}

/** One call, and one for each configuration that was not read before. */
export async function listRecords(context: ImagesContext, signal?: AbortSignal): Promise<ImageRecord[]> {
  const { services, identity } = context.connection;
  const { images } = await services.images.list({ filters: [storeFilter(identity)] }, { signal });
  const records = await Promise.all(images.map((image) => readRecord(context, image, signal)));
  return records.filter((record) => record !== undefined);
}

/** Undefined when its content is gone or was never complete: whoever wants the image pulls it again. */
async function readRecord(
  context: ImagesContext,
  { name, labels, target }: Image,
  signal: AbortSignal | undefined,
): Promise<ImageRecord | undefined> {
  const manifestDigest = labels[IMAGE_MANIFEST_LABEL];
  if (manifestDigest === undefined || target === undefined) return undefined;
  const config = context.configs.get(manifestDigest) ?? (await readConfig(context, manifestDigest, signal));
  if (config === undefined) return undefined;
  return {
    name,
    owner: ownerOf(labels),
    digest: target.digest,
    manifestDigest,
    chainId: labels[CHAIN] ?? '',
    snapshotter: labels[SNAPSHOTTER] ?? context.connection.snapshotter,
    platform: labels[PLATFORM] ?? '',
    sizeBytes: Number(labels[SIZE] ?? 0),
    config,
    labels: callerLabels(labels, RESERVED),
  };
}

async function readConfig(
  context: ImagesContext,
  manifestDigest: string,
  signal: AbortSignal | undefined,
): Promise<ImageConfig | undefined> {
  const bytes = await readContent(context.connection, manifestDigest, DOCUMENT_LIMIT, signal);
  if (bytes === undefined) return undefined;
  const manifest = parseDocument(bytes, '', `manifest ${manifestDigest}`);
  if (manifest.kind !== 'manifest') throw new RuntimeError('Corrupt', `${manifestDigest} is no manifest`);
  const blob = await readContent(context.connection, manifest.config.digest, DOCUMENT_LIMIT, signal);
  if (blob === undefined) return undefined;
  const { config } = parseConfig(blob, `configuration ${manifest.config.digest}`);
  remember(context.configs, manifestDigest, config, CACHED_CONFIGS);
  return config;
}
