import type { ImageRecord, PullProgress, PullRequest } from '../../ports/images.ts';
import type { RegistryTarget } from '../../ports/registry.ts';
import type { ImagesContext } from './context.ts';
import type { BlobSource } from './source.ts';
import { storeImage } from './store-image.ts';

/** What the reference points to now. */
export async function resolveImage(
  context: ImagesContext,
  request: PullRequest,
  signal?: AbortSignal,
): Promise<{ readonly digest: string }> {
  const { digest } = await context.registry.resolve(targetOf(request), signal);
  return { digest };
}

/** Resolves first, so that whoever may not read the reference gets nothing, even when all of it is in the store. */
export function pullImage(
  context: ImagesContext,
  request: PullRequest,
  report: (progress: PullProgress) => void,
  signal?: AbortSignal,
): Promise<ImageRecord> {
  const { registry } = context;
  const target = targetOf(request);
  const source: BlobSource = {
    name: request.reference,
    labels: sourceLabels(request.reference),
    manifest: (descriptor, signal) => registry.manifest(target, descriptor, signal),
    blob: (descriptor, offset, signal) => registry.blob(target, descriptor, offset, signal),
  };
  const { name, owner, labels, platform } = request;
  const root = () => registry.resolve(target, signal);
  return storeImage(context, { name, owner, labels, platform, source, root }, report, signal);
}

function targetOf({ reference, credentials, insecure }: PullRequest): RegistryTarget {
  return { reference, insecure, ...(credentials === undefined ? {} : { credentials }) };
}

/** [S] containerd keeps from which repository a blob came, so that a push to the same host can link it. */
function sourceLabels(reference: string): Record<string, string> {
  const match = /^([^/]+)\/([^@]+?)(?::[^:/@]+)?(?:@.*)?$/.exec(reference);
  const [, host, repository] = match ?? [];
  if (host === undefined || repository === undefined) return {};
  return { [`containerd.io/distribution.source.${host}`]: repository };
}
