import type { Timers } from '../engine/environment.ts';
import { ownerOf } from './instances.ts';

export type HookKind = 'postStart' | 'preStop';

export interface HookResult {
  readonly success: boolean;
  readonly message: string;
}

interface HookRun {
  readonly pid: number;
  readonly controller: AbortController;
  result?: HookResult;
}

/** Does what a hook says. Rejects when the signal aborts. */
export type HookWork = (signal: AbortSignal) => Promise<HookResult>;

/**
 * Hooks under way, by instance and kind. A pass begins one and goes on; its end wakes the Container. All of it is forgotten with the
 * daemon: what is not written down by then is begun again.
 */
export class Hooks implements Disposable {
  readonly #runs = new Map<string, HookRun>();
  readonly #isConnected: () => boolean;
  #wake: (uid: string) => void = () => undefined;

  /** `isConnected`: whether the runtime answers. A hook that ends while it does not has told nothing. */
  constructor(isConnected: () => boolean) {
    this.#isConnected = isConnected;
  }

  /** Who is told the owner of a hook that has ended. */
  onEnd(wake: (uid: string) => void): void {
    this.#wake = wake;
  }

  /** The hook of this very process; undefined when none was begun, `running` while it has no result. */
  get(id: string, pid: number, kind: HookKind): HookResult | 'running' | undefined {
    const run = this.#runs.get(keyOf(id, kind));
    return run?.pid === pid ? (run.result ?? 'running') : undefined;
  }

  begin(id: string, pid: number, kind: HookKind, work: HookWork): void {
    this.abort(id, kind);
    const run: HookRun = { pid, controller: new AbortController() };
    this.#runs.set(keyOf(id, kind), run);
    void this.#follow(id, kind, run, work);
  }

  /** Nobody waits for it any more; its result is forgotten, too. Without a kind: all of the instance. */
  abort(id: string, kind?: HookKind): void {
    for (const key of kind === undefined ? [keyOf(id, 'postStart'), keyOf(id, 'preStop')] : [keyOf(id, kind)]) {
      this.#runs.get(key)?.controller.abort();
      this.#runs.delete(key);
    }
  }

  /** The daemon stops. */
  [Symbol.dispose](): void {
    for (const { controller } of this.#runs.values()) controller.abort();
    this.#runs.clear();
  }

  async #follow(id: string, kind: HookKind, run: HookRun, work: HookWork): Promise<void> {
    const { signal } = run.controller;
    const result = await work(signal).catch((error: unknown) => ({
      success: false,
      message: error instanceof Error ? error.message : String(error),
    }));
    if (signal.aborted) return;
    if (result.success || this.#isConnected()) run.result = result;
    else this.#runs.delete(keyOf(id, kind));
    this.#wake(ownerOf(id));
  }
}

const keyOf = (id: string, kind: HookKind): string => `${id}/${kind}`;

/** A hook that just waits. */
export async function sleepFor(seconds: number, timers: Timers, signal: AbortSignal): Promise<HookResult> {
  const { promise, resolve } = Promise.withResolvers<void>();
  using _timer = timers.after(seconds * 1000, resolve);
  signal.addEventListener('abort', () => resolve(), { once: true });
  await promise;
  return { success: true, message: `slept ${seconds} s` };
}
