import { RuntimeError } from '../../errors.ts';
import type { ContentProxy } from '../../ports/content.ts';
import type { ImageRecord, PullProgress, ReceiveRequest } from '../../ports/images.ts';
import type { Descriptor } from '../../ports/registry.ts';
import { readContent } from '../content.ts';
import { unlessGone } from '../errors.ts';
import type { ImagesContext } from './context.ts';
import { isDigest } from './digest.ts';
import { DOCUMENT_LIMIT, INDEX_TYPE, MANIFEST_TYPE, parseObject } from './document.ts';
import { underLongLease } from './lease.ts';
import type { BlobSource } from './source.ts';
import { storeUnder } from './store-image.ts';
import { labelTree } from './tree.ts';
import { openWriting } from './writing.ts';

/** From somebody who writes into the content store himself. */
export function receiveImage(
  context: ImagesContext,
  request: ReceiveRequest,
  fill: (content: ContentProxy) => Promise<{ readonly digest: string }>,
  report: (progress: PullProgress) => void,
  signal?: AbortSignal,
): Promise<ImageRecord> {
  return context.turns.take(`image ${request.name}`, () => {
    if (signal?.aborted === true) throw cancelled(request, signal);
    return underLongLease(context, async (lease) => {
      const digest = await filled(context, lease, fill, signal);
      if (signal?.aborted === true) throw cancelled(request, signal);
      const root = await rootOf(context, digest, signal);
      await labelTree(context, digest, lease, signal);
      const { name, owner, labels, platform } = request;
      const source = storeItself(context, digest);
      return storeUnder(
        context,
        { name, owner, labels, platform, source, root: () => Promise.resolve(root) },
        lease,
        report,
        signal,
      );
    });
  });
}

async function filled(
  context: ImagesContext,
  lease: string,
  fill: (content: ContentProxy) => Promise<{ readonly digest: string }>,
  signal: AbortSignal | undefined,
): Promise<string> {
  const writing = openWriting(context, lease, signal);
  try {
    const { digest } = await fill(writing.content);
    return digest;
  } finally {
    await writing.close();
  }
}

function cancelled({ name }: ReceiveRequest, signal: AbortSignal): RuntimeError {
  return new RuntimeError('Cancelled', `receive image ${name}: cancelled`, { cause: signal.reason });
}

/** The writer told a digest; what kind of document that is stands in it. */
async function rootOf(context: ImagesContext, digest: string, signal: AbortSignal | undefined): Promise<Descriptor> {
  if (!isDigest(digest)) throw new RuntimeError('Corrupt', `${JSON.stringify(digest)} is no digest of an image`);
  const bytes = await readContent(context.connection, digest, DOCUMENT_LIMIT, signal);
  if (bytes === undefined) throw missing(digest, digest);
  const { mediaType, manifests } = parseObject(bytes, `document ${digest}`);
  const untold = Array.isArray(manifests) ? INDEX_TYPE : MANIFEST_TYPE;
  return {
    mediaType: typeof mediaType === 'string' && mediaType !== '' ? mediaType : untold,
    digest,
    size: bytes.byteLength,
  };
}

/** All of it is in the content store, or it is nowhere. */
function storeItself(context: ImagesContext, root: string): BlobSource {
  const { content } = context.connection.services;
  return {
    name: `image ${root}`,
    labels: {},
    requireAll: async (descriptors) => {
      for (const { digest, size } of descriptors) {
        const found = (await unlessGone(content.info({ digest })))?.info;
        if (found === undefined || Number(found.size) !== size) throw missing(root, digest);
      }
    },
    manifest: ({ digest }) => Promise.reject(missing(root, digest)),
    blob: ({ digest }) => Promise.reject(missing(root, digest)),
  };
}

function missing(root: string, digest: string): RuntimeError {
  return new RuntimeError('Corrupt', `image ${root} is not complete: blob ${digest} was not written`);
}
