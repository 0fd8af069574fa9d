import { RuntimeError } from '../errors.ts';
import type { ImageConfig } from '../ports/images.ts';
import type { FakeContent } from './content.ts';

interface Document {
  readonly mediaType?: string;
  readonly manifests?: readonly Entry[];
  readonly config?: Entry;
  readonly layers?: readonly Entry[];
}

interface Entry {
  readonly digest: string;
  readonly size: number;
  readonly platform?: { readonly os: string; readonly architecture: string };
}

interface ConfigBlob {
  readonly rootfs?: { readonly diff_ids?: readonly string[] | null };
  readonly config?: {
    readonly [Name in 'Entrypoint' | 'Cmd' | 'Env']?: readonly string[] | null;
  } & { readonly WorkingDir?: string; readonly User?: string; readonly Labels?: Readonly<Record<string, string>> };
}

/** What somebody wrote, read as far as a record needs it. */
export interface FakeReceived {
  readonly manifestDigest: string;
  readonly chainId: string;
  readonly sizeBytes: number;
  readonly layers: number;
  readonly config: Partial<ImageConfig>;
}

/** Rejects like the real one: Corrupt for what was not written, NotFound for another platform. */
export function readReceived({ blobs }: Pick<FakeContent, 'blobs'>, root: string, platform: string): FakeReceived {
  const read = <T>(digest: string): T => {
    const bytes = blobs.get(digest);
    if (bytes === undefined) throw new RuntimeError('Corrupt', `image ${root}: blob ${digest} was not written`);
    return JSON.parse(Buffer.from(bytes).toString()) as T;
  };
  let manifestDigest = root;
  let document = read<Document>(root);
  while (document.manifests !== undefined) {
    const entry = document.manifests.find(
      (one) => one.platform === undefined || `${one.platform.os}/${one.platform.architecture}` === platform,
    );
    if (entry === undefined) {
      throw new RuntimeError('NotFound', `image ${root} has no image for ${platform}`, { reason: 'PlatformNotFound' });
    }
    manifestDigest = entry.digest;
    document = read<Document>(manifestDigest);
  }
  const { config, layers = [] } = document;
  const { config: settings = {}, rootfs } = read<ConfigBlob>(config?.digest ?? '');
  for (const { digest } of layers) {
    if (!blobs.has(digest)) throw new RuntimeError('Corrupt', `image ${root}: blob ${digest} was not written`);
  }
  return {
    manifestDigest,
    chainId: (rootfs?.diff_ids ?? []).join('+'),
    sizeBytes: layers.reduce(
      (sum, { size }) => sum + size,
      (config?.size ?? 0) + (blobs.get(manifestDigest)?.byteLength ?? 0),
    ),
    layers: layers.length,
    config: {
      ...(settings.Entrypoint == null ? {} : { entrypoint: settings.Entrypoint }),
      cmd: settings.Cmd ?? [],
      ...(settings.Env == null ? {} : { env: settings.Env }),
      workingDir: settings.WorkingDir ?? '',
      user: settings.User ?? '',
      labels: settings.Labels ?? {},
    },
  };
}

/** The digests of an image, other platforms and attestations among them. */
export function digestsBelow({ blobs }: Pick<FakeContent, 'blobs'>, root: string): Set<string> {
  const bytes = blobs.get(root);
  const document = bytes === undefined ? {} : (JSON.parse(Buffer.from(bytes).toString()) as Document);
  const { manifests = [], config, layers = [] } = document;
  const leaves = [...(config === undefined ? [] : [config]), ...layers].map(({ digest }) => digest);
  return new Set([root, ...leaves, ...manifests.flatMap(({ digest }) => [...digestsBelow({ blobs }, digest)])]);
}
