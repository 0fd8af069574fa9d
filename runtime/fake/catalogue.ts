import { createHash } from 'node:crypto';
import type { ImageConfig } from '../ports/images.ts';
import type { RegistryCredentials } from '../ports/registry.ts';

/** What a made-up image holds; everything has a default. */
export interface FakeImage {
  readonly config?: Partial<ImageConfig>;
  /** Absolute path -> content, for readFiles and copyDirectory. */
  readonly files?: Readonly<Record<string, string>>;
  /** Needed to pull it. */
  readonly credentials?: RegistryCredentials;
  /** Another value gives another digest under the same reference. */
  readonly version?: number;
  readonly layers?: number;
  readonly sizeBytes?: number;
  /** Pulling says Unsupported for other platforms; default: any. */
  readonly platforms?: readonly string[];
}

export interface FakeDigests {
  readonly digest: string;
  readonly manifestDigest: string;
  readonly chainId: string;
}

export function fakeDigests(name: string, image: FakeImage): FakeDigests {
  const hash = (part: string): string =>
    `sha256:${createHash('sha256')
      .update(`${part}\0${name}\0${image.version ?? 0}`)
      .digest('hex')}`;
  return { digest: hash('index'), manifestDigest: hash('manifest'), chainId: hash('chain') };
}

export function fakeConfig(image: FakeImage): ImageConfig {
  return {
    entrypoint: [],
    cmd: ['sleep', 'infinity'],
    env: ['PATH=/bin'],
    workingDir: '/',
    user: '',
    stopSignal: '',
    volumes: [],
    exposedPorts: [],
    labels: {},
    ...image.config,
  };
}
