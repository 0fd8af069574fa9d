import { RuntimeError } from '../errors.ts';
import type { FakeTimers } from './options.ts';

/** Methods that change something, by port. `Gate.mutations` counts them: a quiet reconcile makes none. */
const mutating: ReadonlySet<string> = new Set([
  ...['create', 'start', 'kill', 'deleteTask', 'delete', 'updateResources', 'updateLabels'].map(
    (m) => `containers.${m}`,
  ),
  ...['pull', 'load', 'receive', 'delete', 'copyDirectory'].map((method) => `images.${method}`),
  ...['drain', 'remove'].map((method) => `logs.${method}`),
  ...['populate', 'removeDirectory', 'removeTmpfs', 'removeProjection', 'removeScratch'].map((m) => `volumes.${m}`),
  'volumes.resetScratchFile',
  'sandboxes.remove',
  'networks.remove',
  'sources.remove',
]);

/** Every call of every fake port passes here: counted, delayed and refused as the test asks. */
export interface Gate {
  /** `<port>.<method>` -> how often. */
  readonly calls: ReadonlyMap<string, number>;
  /** Calls that were meant to change something. Idempotent `ensure…` calls, and `logs.open`, count through `changed`. */
  readonly mutations: number;
  /** Rejects when the method is to fail, the runtime is down, or the signal aborted; else resolves after the latency. */
  pass(method: string, signal?: AbortSignal): Promise<void>;
  /** A call that answers at once. */
  count(method: string): void;
  /** An `ensure…`, `project` or `logs.open` call that really changed something. */
  changed(): void;
  failNext(method: string, error: Error, times: number): void;
  setLatency(method: string, milliseconds: number): void;
  setUnavailable(unavailable: boolean): void;
  readonly unavailable: boolean;
  resetCounters(): void;
}

/** Ports that need containerd; the others are ours and stay. */
const needsRuntime = (method: string): boolean => method.startsWith('containers.') || method.startsWith('images.');

export function createGate(timers: FakeTimers): Gate {
  const calls = new Map<string, number>();
  const failures = new Map<string, { error: Error; left: number }>();
  const latencies = new Map<string, number>();
  let mutations = 0;
  let unavailable = false;
  const count = (method: string): void => {
    calls.set(method, (calls.get(method) ?? 0) + 1);
    if (mutating.has(method)) mutations++;
  };
  return {
    calls,
    count,
    get mutations() {
      return mutations;
    },
    get unavailable() {
      return unavailable;
    },
    async pass(method, signal) {
      count(method);
      throwIfAborted(method, signal);
      const latency = latencies.get(method) ?? 0;
      if (latency > 0) await delay(timers, latency, signal);
      throwIfAborted(method, signal);
      if (unavailable && needsRuntime(method)) {
        throw new RuntimeError('Unavailable', `${method}: the fake runtime is down`);
      }
      const failure = failures.get(method);
      if (failure === undefined) return;
      failure.left--;
      if (failure.left <= 0) failures.delete(method);
      throw failure.error;
    },
    changed() {
      mutations++;
    },
    failNext(method, error, times) {
      failures.set(method, { error, left: times });
    },
    setLatency(method, milliseconds) {
      latencies.set(method, milliseconds);
    },
    setUnavailable(value) {
      unavailable = value;
    },
    resetCounters() {
      calls.clear();
      mutations = 0;
    },
  };
}

function throwIfAborted(method: string, signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) {
    throw new RuntimeError('Cancelled', `${method}: cancelled`, { cause: signal.reason });
  }
}

async function delay(timers: FakeTimers, milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  using _timer = timers.after(milliseconds, resolve);
  const onAbort = (): void => resolve();
  signal?.addEventListener('abort', onAbort, { once: true });
  await promise;
  signal?.removeEventListener('abort', onAbort);
}
