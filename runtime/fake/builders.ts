import { createHash } from 'node:crypto';
import { RuntimeError } from '../errors.ts';
import type {
  Builder,
  BuilderEndpoint,
  BuilderFacts,
  Builders,
  BuildEvent,
  BuildRequest,
  BuildResult,
  CacheRecord,
  PruneOptions,
} from '../ports/builders.ts';
import type { FakeImage } from './catalogue.ts';
import type { Gate } from './gate.ts';

/** One build that was asked for; whoever scripts it says what becomes of it. */
export interface FakeBuild {
  readonly request: BuildRequest;
  readonly endpoint: BuilderEndpoint;
  tell(event: BuildEvent): void;
  /** It is done; equal versions give equal digests. */
  succeed(image?: FakeImage): void;
  fail(error: Error): void;
  /** Succeeded, failed, or cancelled. */
  readonly ended: boolean;
}

/** Where results go: what FakeImages finds there. */
export interface FakeLanding {
  /** By digest, for `receive`. */
  readonly results: Map<string, FakeImage>;
  /** By path, for `load`. */
  readonly archives: Map<string, FakeImage>;
}

const NO_RECORDS: readonly CacheRecord[] = [];

/** Builders that build nothing: a script decides how each build goes. The default one lets it succeed at once. */
export class FakeBuilders implements Builders {
  readonly builds: FakeBuild[] = [];
  /** Told of each build as it begins. One that does nothing lets it hang until it is cancelled. */
  script: (build: FakeBuild) => void = (build) => build.succeed();
  facts: BuilderFacts = {
    kind: 'buildkitd',
    version: 'fake',
    workers: [{ id: 'worker', executor: 'containerd', platforms: ['linux/amd64'], labels: {} }],
    landing: 'ContentStore',
    exporters: ['image', 'oci', 'docker', 'tar', 'local'],
    hasSandboxNetwork: true,
  };
  readonly #gate: Gate;
  readonly #landing: FakeLanding;
  #away = false;

  constructor(gate: Gate, landing: FakeLanding) {
    this.#gate = gate;
    this.#landing = landing;
  }

  /** Nobody answers any more, and what was being built is lost; or somebody answers again. */
  setAway(away: boolean): void {
    this.#away = away;
    if (!away) return;
    for (const build of this.running)
      build.fail(new RuntimeError('Unavailable', 'the connection to the builder is gone'));
  }

  get running(): readonly FakeBuild[] {
    return this.builds.filter(({ ended }) => !ended);
  }

  /** The newest build. */
  get last(): FakeBuild {
    const last = this.builds.at(-1);
    if (last === undefined) throw new Error('nothing was built');
    return last;
  }

  open(endpoint: BuilderEndpoint): Builder {
    const closed = new AbortController();
    const within = (signal: AbortSignal | undefined): AbortSignal =>
      signal === undefined ? closed.signal : AbortSignal.any([closed.signal, signal]);
    return {
      facts: async (signal) => {
        await this.#pass('facts', within(signal));
        return this.facts;
      },
      usage: async (signal) => {
        await this.#pass('usage', within(signal));
        return NO_RECORDS;
      },
      prune: async (_options: PruneOptions, signal) => {
        await this.#pass('prune', within(signal));
        return { records: 0, bytes: 0 };
      },
      build: async (request, onEvent, signal) => {
        await this.#pass('build', within(signal));
        return this.#build(endpoint, request, onEvent, within(signal));
      },
      [Symbol.dispose]: () => closed.abort(),
    };
  }

  async #pass(method: string, signal: AbortSignal | undefined): Promise<void> {
    await this.#gate.pass(`builders.${method}`, signal);
    if (this.#away) throw new RuntimeError('Unavailable', 'the builder does not answer');
  }

  async #build(
    endpoint: BuilderEndpoint,
    request: BuildRequest,
    onEvent: (event: BuildEvent) => void,
    signal: AbortSignal | undefined,
  ): Promise<BuildResult> {
    const { promise, resolve, reject } = Promise.withResolvers<BuildResult>();
    let ended = false;
    const end = (how: () => void): void => {
      if (ended) return;
      ended = true;
      how();
    };
    const number = this.builds.length + 1;
    const build: FakeBuild = {
      request,
      endpoint,
      tell: (event) => {
        if (!ended) onEvent(event);
      },
      succeed: (image = { version: number }) => end(() => resolve(this.#land(request, image))),
      fail: (error) => end(() => reject(error)),
      get ended() {
        return ended;
      },
    };
    const cancel = (): void => build.fail(new RuntimeError('Cancelled', 'the build was cancelled'));
    signal?.addEventListener('abort', cancel, { once: true });
    this.builds.push(build);
    this.script(build);
    try {
      return await promise;
    } finally {
      signal?.removeEventListener('abort', cancel);
    }
  }

  #land({ outputs }: BuildRequest, image: FakeImage): BuildResult {
    const digest = `sha256:${createHash('sha256').update(JSON.stringify(image)).digest('hex')}`;
    let isImage = false;
    for (const output of outputs) {
      if (output.type === 'content') this.#landing.results.set(digest, image);
      if (output.type === 'archive') this.#landing.archives.set(output.path, image);
      isImage ||= output.type === 'content' || output.type === 'archive' || output.type === 'push';
    }
    return { ...(isImage && { digest }), attributes: {} };
  }
}
