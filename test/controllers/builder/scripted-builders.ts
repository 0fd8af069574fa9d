import { RuntimeError } from '../../../runtime/errors.ts';
import type {
  Builder,
  BuilderEndpoint,
  BuilderFacts,
  Builders,
  CacheRecord,
  PruneOptions,
} from '../../../runtime/ports/builders.ts';

const DEFAULTS = {
  version: 'v0.32.2',
  workers: [{ id: 'w1', executor: 'containerd', platforms: ['linux/amd64', 'linux/386'], labels: {} }],
  landing: 'ContentStore',
  exporters: ['image', 'oci'],
  containerdUuid: 'ours',
  containerdNamespace: 'moby',
  hasSandboxNetwork: true,
} as const;

/** BuildKits that answer what a test says, at the places where it says so. */
export class ScriptedBuilders implements Builders {
  readonly #there = new Map<string, BuilderFacts>();
  readonly pruned: PruneOptions[] = [];
  readonly asked = { facts: 0, usage: 0 };
  /** Connections that are open. */
  readonly open_ = new Set<string>();
  records: readonly CacheRecord[] = [];
  /** What a question hears where nobody is. */
  refusal = new RuntimeError('Unavailable', 'connect ENOENT');
  /** Why the cache cannot be pruned. */
  pruneRefusal: RuntimeError | undefined;
  /** Whoever listens there does not answer. */
  readonly silent = new Set<string>();

  /** From now on somebody answers at `/path`. */
  add(path: string, facts: Partial<BuilderFacts> = {}): void {
    this.#there.set(path, { kind: path.includes('docker') ? 'dockerd' : 'buildkitd', ...DEFAULTS, ...facts });
  }

  remove(path: string): void {
    this.#there.delete(path);
  }

  open(endpoint: BuilderEndpoint): Builder {
    const place = endpoint.type === 'tcp' ? `${endpoint.host} ${endpoint.tls?.ca ?? ''}`.trim() : endpoint.path;
    const token = `${place} ${Math.random()}`;
    this.open_.add(token);
    const there = (): BuilderFacts => {
      const facts = this.#there.get(place);
      if (facts === undefined) throw this.refusal;
      return facts;
    };
    return {
      facts: async (signal) => {
        this.asked.facts += 1;
        if (this.silent.has(place)) await untilAborted(signal);
        return there();
      },
      usage: async () => {
        there();
        this.asked.usage += 1;
        return this.records;
      },
      prune: async (options) => {
        there();
        this.pruned.push(options);
        if (this.pruneRefusal !== undefined) throw this.pruneRefusal;
        const bytes = this.records.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
        const records = this.records.length;
        this.records = [];
        return { records, bytes };
      },
      build: () => Promise.reject(new Error('nobody builds here')),
      [Symbol.dispose]: () => void this.open_.delete(token),
    };
  }
}

const untilAborted = (signal: AbortSignal | undefined): Promise<never> =>
  new Promise((_resolve, reject) => {
    signal?.addEventListener('abort', () => reject(new RuntimeError('Cancelled', 'cancelled')));
  });

/** A record of the cache. */
export const record = (sizeBytes: number, more: Partial<CacheRecord> = {}): CacheRecord => ({
  id: `r${sizeBytes}`,
  type: 'regular',
  description: '',
  sizeBytes,
  inUse: false,
  shared: false,
  usageCount: 1,
  ...more,
});
