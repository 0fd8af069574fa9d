/**
 * The Images port: image records in the runtime's store, and their content.
 *
 * Vocabulary. A *record* is a name that points to a descriptor and keeps its content alive. Records are named from the owning
 * object's uid, never from a reference: two namespaces that pull the same tag never meet. The *index* is what a reference may
 * resolve to; the *manifest* is the one for our platform; the *chain id* names its unpacked layers.
 *
 * `pull` and `load` are idempotent and resumable: blobs that are there are not fetched again, interrupted ones go on at
 * their offset, and all of it is held by a lease until the record refers to it. Nothing they leave behind outlives that
 * lease. Progress is told at most a few times a second.
 */
import type { Owner } from './containers.ts';
import type { ContentProxy } from './content.ts';
import type { RegistryCredentials } from './registry.ts';

export interface ImageConfig {
  readonly entrypoint: readonly string[];
  readonly cmd: readonly string[];
  readonly env: readonly string[];
  readonly workingDir: string;
  /** As the image wrote it: "", "1000", "nobody", "1000:1000", "nobody:nogroup". */
  readonly user: string;
  readonly stopSignal: string;
  readonly volumes: readonly string[];
  readonly exposedPorts: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
}

export interface ImageRecord {
  /** Record name in the runtime. */
  readonly name: string;
  readonly owner: Owner;
  /** What the reference resolved to: index or manifest digest. */
  readonly digest: string;
  readonly manifestDigest: string;
  readonly chainId: string;
  readonly snapshotter: string;
  /** os/arch[/variant] */
  readonly platform: string;
  /** Bytes of the manifest's blobs, compressed. */
  readonly sizeBytes: number;
  readonly config: ImageConfig;
  /** The caller's labels (reference, spec hash). */
  readonly labels: Readonly<Record<string, string>>;
}

export interface PullProgress {
  readonly phase: 'Resolving' | 'Downloading' | 'Unpacking';
  readonly completedBytes: number;
  readonly totalBytes: number;
  readonly layers: number;
  readonly layersDone: number;
}

export interface PullRequest {
  readonly name: string;
  readonly owner: Owner;
  readonly labels: Readonly<Record<string, string>>;
  /** Full reference with registry host, e.g. docker.io/library/busybox:1.36 or host:5000/a@sha256:… */
  readonly reference: string;
  readonly platform: string;
  readonly credentials?: RegistryCredentials;
  /** Allow plain HTTP and unverified certificates. Loopback registries may always use HTTP. */
  readonly insecure: boolean;
}

export interface LoadRequest {
  readonly name: string;
  readonly owner: Owner;
  readonly labels: Readonly<Record<string, string>>;
  /** A tar (plain, gzip or zstd) in OCI layout or docker-save format, or an OCI layout directory. */
  readonly path: string;
  /** Which image of several: a tag, a name, or a digest. Absent: there must be just one. */
  readonly select?: string;
  readonly platform: string;
}

export interface ReceiveRequest {
  readonly name: string;
  readonly owner: Owner;
  readonly labels: Readonly<Record<string, string>>;
  readonly platform: string;
}

export interface Images {
  list(signal?: AbortSignal): Promise<readonly ImageRecord[]>;
  get(name: string, signal?: AbortSignal): Promise<ImageRecord | undefined>;
  /** What the reference points to now, without fetching it. */
  resolve(request: PullRequest, signal?: AbortSignal): Promise<{ readonly digest: string }>;
  pull(request: PullRequest, progress: (p: PullProgress) => void, signal?: AbortSignal): Promise<ImageRecord>;
  load(request: LoadRequest, progress: (p: PullProgress) => void, signal?: AbortSignal): Promise<ImageRecord>;
  /**
   * Makes a record of what somebody else writes into our content store: `fill` gets a proxy that holds everything under a lease, and answers the digest
   * of the index or manifest that it wrote. Then blobs are labelled, layers unpacked, and the record made or pointed to it. Idempotent; nothing outlives
   * a `fill` that rejects.
   */
  receive(
    request: ReceiveRequest,
    fill: (content: ContentProxy) => Promise<{ readonly digest: string }>,
    progress: (p: PullProgress) => void,
    signal?: AbortSignal,
  ): Promise<ImageRecord>;
  /** The blobs of one image, to be read by somebody else: those of its index, manifest, configuration and layers, and no others. */
  contentOf(record: ImageRecord): ContentProxy;
  /**
   * Runs `work`; until it ends, the content of these images stays, whoever removes their records or points them to something else. Rejects with NotFound where one
   * is gone already, else as `work` does.
   */
  hold<T>(records: readonly ImageRecord[], work: () => Promise<T>): Promise<T>;
  /** Removes the record and, at once, whatever content nothing else holds. */
  delete(name: string): Promise<void>;
  /** Whether everything the record promises is really there: blobs and unpacked chain. */
  verify(record: ImageRecord, signal?: AbortSignal): Promise<boolean>;
  /** Small files out of the unpacked image, e.g. /etc/passwd. Links do not lead out of the image. */
  readFiles(
    record: ImageRecord,
    paths: readonly string[],
    signal?: AbortSignal,
  ): Promise<ReadonlyMap<string, Uint8Array>>;
  /** Copies a directory of the image into an empty host directory; success when the image has no such directory. */
  copyDirectory(record: ImageRecord, path: string, target: string, signal?: AbortSignal): Promise<void>;
}
