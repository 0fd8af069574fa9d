/**
 * The Builders port: BuildKit, wherever it is.
 *
 * Vocabulary. An *endpoint* is where a BuildKit answers: buildkitd's own socket, or dockerd, which has one inside. A *build* is one solve: a front
 * end reads a definition (a Dockerfile) and the files of *local contexts*, and asks for *steps*, which the builder runs in parallel or takes from its
 * cache; then *outputs* carry the result away. While it runs the builder asks back over a *session* for files, secrets, credentials and keys, and
 * hands out results there; the session dies with the build, and the build with the session.
 *
 * Where a result goes. An image for us comes over a ContentProxy, so that only what is missing moves; where a builder is too old for that it comes
 * as an archive. `BuilderFacts.landing` tells which, before anything is built.
 *
 * `build` is not idempotent, it is the work itself; but a builder that did it before has every step in its cache. Aborting the signal cancels the
 * build on the builder within a second; `build` rejects when nothing of it is under way any more.
 *
 * Errors. Everything rejects with RuntimeError: Unavailable (nobody answers, or it went away in the middle), DeadlineExceeded, Unsupported, ResourceExhausted
 * (its disk is full), Unauthorized (a registry), Cancelled. What is wrong with the build itself is a BuildFailedError, which says where.
 */
import { RuntimeError } from '../errors.ts';
import type { ContentProxy } from './content.ts';
import type { RegistryCredentials } from './registry.ts';

export type BuilderEndpoint =
  /** buildkitd's socket, absolute path. */
  | { readonly type: 'unix'; readonly path: string }
  /** buildkitd over TCP, with TLS when there is a CA. PEM texts. */
  | {
      readonly type: 'tcp';
      readonly host: string;
      readonly port: number;
      readonly tls?: {
        readonly ca: string;
        readonly cert?: string;
        readonly key?: string;
        readonly serverName?: string;
      };
    }
  /** dockerd's socket, absolute path. */
  | { readonly type: 'docker'; readonly path: string };

export interface BuilderWorker {
  readonly id: string;
  /** graphdriver: a dockerd with its own old image store. */
  readonly executor: 'containerd' | 'oci' | 'graphdriver';
  /** os/arch[/variant] */
  readonly platforms: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
}

export interface BuilderFacts {
  readonly kind: 'buildkitd' | 'dockerd';
  /** As it says itself; may be empty. Never a reason to do something another way. */
  readonly version: string;
  /** Builds go to the first. */
  readonly workers: readonly BuilderWorker[];
  /** How an image gets to us: through a ContentProxy, as an OCI archive, or as what `docker save` makes. */
  readonly landing: 'ContentStore' | 'Archive' | 'DockerArchive';
  /** Exporters that it has: image, oci, docker, tar, local, moby. */
  readonly exporters: readonly string[];
  /** Of the containerd that it stores in; equal to ours: nothing moves at all. */
  readonly containerdUuid?: string;
  readonly containerdNamespace?: string;
  /** RUN steps have a network of their own unless they ask for something else; false: there is only the machine's, or none. */
  readonly hasSandboxNetwork: boolean;
}

export interface CacheRecord {
  readonly id: string;
  /** regular, source.local, exec.cachemount, frontend, internal, … */
  readonly type: string;
  readonly description: string;
  readonly sizeBytes: number;
  readonly inUse: boolean;
  readonly shared: boolean;
  /** Milliseconds since the epoch. */
  readonly createdAt?: number;
  readonly lastUsedAt?: number;
  readonly usageCount: number;
}

export interface PruneOptions {
  /** Bytes that may stay; what was not used for longest goes first. */
  readonly keepBytes?: number;
  /** Milliseconds: what was used since stays. */
  readonly keepDurationMs?: number;
  /** Internal and front end records too. */
  readonly all?: boolean;
  /** containerd's filter syntax: `type==source.local`. */
  readonly filters?: readonly string[];
}

/** A directory of this machine that the builder may read. */
export interface LocalContext {
  /** Absolute path. Nothing outside of it is read; links are sent as links. */
  readonly path: string;
  /** The same for the same directory, and another one for any other: the builder keeps what it was sent under this name. */
  readonly sharedKey: string;
}

export type NamedContext =
  | { readonly type: 'directory'; readonly directory: LocalContext }
  /** An image that we hold: no registry is asked. */
  | { readonly type: 'layout'; readonly digest: string; readonly content: ContentProxy }
  /** An image in a registry. */
  | { readonly type: 'reference'; readonly reference: string };

export type CacheSource =
  | { readonly type: 'registry'; readonly reference: string; readonly insecure: boolean }
  | { readonly type: 'local'; readonly path: string };

export type CacheTarget =
  | { readonly type: 'registry'; readonly reference: string; readonly insecure: boolean; readonly mode: 'min' | 'max' }
  | { readonly type: 'inline' }
  | { readonly type: 'local'; readonly path: string; readonly mode: 'min' | 'max' };

export type BuildOutput =
  /** An image, written into a content store; for a builder whose landing is ContentStore. */
  | { readonly type: 'content'; readonly content: ContentProxy }
  /** A tar in OCI layout, or in docker's form for a builder whose landing is DockerArchive; written to `path`, complete or not at all. */
  | { readonly type: 'archive'; readonly path: string; readonly format: 'oci' | 'docker'; readonly name?: string }
  | { readonly type: 'push'; readonly reference: string; readonly insecure: boolean }
  /** The files of the result as a tar at `path`, complete or not at all. */
  | { readonly type: 'tar'; readonly path: string }
  /** The files of the result in a directory, which is made when it is not there; never through a link that leads out of it. */
  | { readonly type: 'directory'; readonly path: string };

export type SshSource =
  | { readonly type: 'agent'; readonly socket: string }
  | { readonly type: 'keys'; readonly privateKeys: readonly string[] };

export interface BuildRequest {
  /** Unique for each try: [a-z0-9]. */
  readonly id: string;
  readonly frontend: { readonly name: 'dockerfile.v0' | 'gateway.v0'; readonly source?: string };
  /** Further attributes for the front end, as they are; ours win. */
  readonly options: Readonly<Record<string, string>>;
  /** Absent: an empty context. */
  readonly context?: LocalContext;
  /** Where the definition is: the context itself, or another directory. `filename` is relative to it. */
  readonly dockerfile: { readonly directory: LocalContext; readonly filename: string };
  readonly namedContexts: Readonly<Record<string, NamedContext>>;
  readonly args: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly target?: string;
  readonly platforms: readonly string[];
  readonly network: 'default' | 'none' | 'host';
  readonly hosts: readonly { readonly name: string; readonly ip: string }[];
  readonly ulimits: readonly { readonly name: string; readonly soft: number; readonly hard: number }[];
  readonly shmBytes?: number;
  /** true: no step; names: no step of these stages is taken from the cache. */
  readonly noCache: boolean | readonly string[];
  /** Ask registries for base images, whatever the builder has. */
  readonly pull: boolean;
  readonly cacheFrom: readonly CacheSource[];
  readonly cacheTo: readonly CacheTarget[];
  readonly attestations: {
    readonly sbom?: { readonly generator?: string };
    readonly provenance?: { readonly mode: 'min' | 'max' };
  };
  readonly entitlements: readonly string[];
  /** Empty: the result stays in the builder's cache. */
  readonly outputs: readonly BuildOutput[];
  /** By host, as the builder asks; undefined: nobody. Called when it asks, never logged. */
  readonly credentials: (host: string) => RegistryCredentials | undefined;
  /** By id; undefined: there is none. */
  readonly secret: (id: string) => Uint8Array | undefined;
  readonly ssh: Readonly<Record<string, SshSource>>;
}

export interface BuildResult {
  /** Of the index or manifest; absent when no image was made. */
  readonly digest?: string;
  /** What the exporters answered: `containerimage.config.digest`, … */
  readonly attributes: Readonly<Record<string, string>>;
}

/** Place in a file that the front end read: lines from 1, both ends included. */
export interface SourcePlace {
  readonly file: string;
  readonly startLine: number;
  readonly endLine: number;
  /** The whole file, when the builder sent it. */
  readonly text?: string;
}

/** Something happened to a build. Times are RFC 3339 with nanoseconds, as the builder's clock has them. A step comes again whenever it changes. */
export type BuildEvent =
  | {
      readonly type: 'step';
      /** Digest of the step: the same step of another build has the same. */
      readonly id: string;
      readonly name: string;
      readonly inputs: readonly string[];
      readonly cached: boolean;
      readonly started?: string;
      readonly completed?: string;
      readonly error?: string;
    }
  | {
      /** Part of a step that can be counted: a layer that is fetched (bytes), files that are sent. */
      readonly type: 'progress';
      readonly step: string;
      readonly id: string;
      readonly current: number;
      /** 0: not known. */
      readonly total: number;
      readonly time: string;
      readonly completed: boolean;
    }
  | {
      readonly type: 'log';
      readonly step: string;
      readonly stream: 'stdout' | 'stderr';
      readonly time: string;
      readonly data: Uint8Array;
    }
  | {
      readonly type: 'warning';
      readonly step: string;
      readonly message: string;
      readonly detail: readonly string[];
      readonly url?: string;
      readonly place?: SourcePlace;
    };

/** The build itself is at fault: the same again would fail again. */
export class BuildFailedError extends RuntimeError {
  /** Name of the step, where one failed. */
  readonly step?: string;
  readonly place?: SourcePlace;
  /** Of the process of a RUN step. */
  readonly exitCode?: number;
  constructor(
    message: string,
    options: {
      readonly reason: string;
      readonly step?: string | undefined;
      readonly place?: SourcePlace | undefined;
      readonly exitCode?: number | undefined;
      readonly cause?: unknown;
    },
  ) {
    super('InvalidArgument', message, { cause: options.cause, reason: options.reason });
    if (options.step !== undefined) this.step = options.step;
    if (options.place !== undefined) this.place = options.place;
    if (options.exitCode !== undefined) this.exitCode = options.exitCode;
  }
}

/** One BuildKit. Disposing closes the connections; builds that run on it are cancelled. */
export interface Builder extends Disposable {
  /** Asks who it is; remembered for as long as the connection lives, and asked again after it was lost. */
  facts(signal?: AbortSignal): Promise<BuilderFacts>;
  usage(signal?: AbortSignal): Promise<readonly CacheRecord[]>;
  /** Rejects like all; `records` are those that went. */
  prune(options: PruneOptions, signal?: AbortSignal): Promise<{ readonly records: number; readonly bytes: number }>;
  /** Events come in order, before the answer; the last ones just before it. */
  build(request: BuildRequest, onEvent: (event: BuildEvent) => void, signal?: AbortSignal): Promise<BuildResult>;
}

export interface Builders {
  /**
   * Opens nothing yet: the first call does. Who opens the same endpoint may share one connection; disposing is each one's own, and cancels what was
   * asked through it.
   */
  open(endpoint: BuilderEndpoint): Builder;
}
