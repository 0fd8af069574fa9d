import type { ProbeAction, Probes, ProbeSpec, ProbeState, ProbeTarget } from '../ports/probes.ts';
import type { Gate } from './gate.ts';
import type { FakeTimers } from './options.ts';

/** `silent`: nobody answers, and nothing is known. */
export type FakeAnswer = 'success' | 'failure' | 'silent';

interface Kept {
  readonly spec: ProbeSpec;
  readonly target: ProbeTarget;
  readonly text: string;
  state: ProbeState;
  timer: Disposable | undefined;
}

const UNKNOWN: ProbeState = { outcome: 'unknown', message: '' };

/**
 * Probes that ask nobody. What a test says of an instance, or of one key, is the answer to every question; without a word it is success. A new probe
 * comes to its first outcome when a real one would: after its delay and as many periods as its threshold needs.
 */
export class FakeProbes implements Probes {
  readonly #kept = new Map<string, Kept>();
  /** Key or instance id -> answer. */
  readonly #answers = new Map<string, { readonly answer: FakeAnswer; readonly message: string }>();
  readonly #listeners = new Set<(key: string) => void>();
  readonly #gate: Gate;
  readonly #timers: FakeTimers;
  /** What lifecycle hooks asked, in order. */
  readonly asked: { readonly action: ProbeAction; readonly target: ProbeTarget }[] = [];

  constructor(gate: Gate, timers: FakeTimers) {
    this.#gate = gate;
    this.#timers = timers;
  }

  keep(key: string, spec: ProbeSpec, target: ProbeTarget): ProbeState {
    this.#gate.count('probes.keep');
    const text = JSON.stringify([spec, target]);
    const known = this.#kept.get(key);
    if (known?.text === text) return known.state;
    known?.timer?.[Symbol.dispose]();
    const kept: Kept = { spec, target, text, state: UNKNOWN, timer: undefined };
    this.#kept.set(key, kept);
    this.#gate.changed();
    this.#concludeLater(key, kept);
    return kept.state;
  }

  remove(key: string): void {
    this.#gate.count('probes.remove');
    const kept = this.#kept.get(key);
    if (kept === undefined) return;
    kept.timer?.[Symbol.dispose]();
    this.#kept.delete(key);
    this.#gate.changed();
  }

  list(): readonly string[] {
    return [...this.#kept.keys()];
  }

  subscribe(listener: (key: string) => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  async ask(
    action: ProbeAction,
    target: ProbeTarget,
    timeoutMs: number,
    signal?: AbortSignal,
  ): Promise<{ readonly success: boolean; readonly message: string }> {
    this.#gate.count('probes.ask');
    signal?.throwIfAborted();
    this.asked.push({ action, target });
    const { answer, message } = this.#answerOf(undefined, target);
    if (answer !== 'silent') return { success: answer === 'success', message };
    const { promise, resolve } = Promise.withResolvers<void>();
    using _timer = this.#timers.after(timeoutMs, resolve);
    signal?.addEventListener('abort', () => resolve(), { once: true });
    await promise;
    signal?.throwIfAborted();
    return { success: false, message: `no answer within ${timeoutMs} ms` };
  }

  /** From now on this is the answer; probes that are under way come to it at once. */
  answer(keyOrInstance: string, answer: FakeAnswer, message: string): void {
    this.#answers.set(keyOrInstance, { answer, message });
    for (const [key, kept] of this.#kept) {
      if (key !== keyOrInstance && kept.target.instanceId !== keyOrInstance) continue;
      kept.timer?.[Symbol.dispose]();
      this.#conclude(key, kept);
    }
  }

  #concludeLater(key: string, kept: Kept): void {
    const { initialDelaySeconds, periodSeconds, successThreshold, failureThreshold } = kept.spec;
    const threshold = this.#answerOf(key, kept.target).answer === 'failure' ? failureThreshold : successThreshold;
    const delayMs = (initialDelaySeconds + periodSeconds * (threshold - 1)) * 1000;
    kept.timer = this.#timers.after(delayMs, () => this.#conclude(key, kept));
  }

  #conclude(key: string, kept: Kept): void {
    const { answer, message } = this.#answerOf(key, kept.target);
    if (answer === 'silent' || kept.state.outcome === answer) return;
    kept.state = { outcome: answer, message };
    for (const listener of this.#listeners) listener(key);
  }

  #answerOf(
    key: string | undefined,
    { instanceId }: ProbeTarget,
  ): { readonly answer: FakeAnswer; readonly message: string } {
    const own = key === undefined ? undefined : this.#answers.get(key);
    return own ?? this.#answers.get(instanceId) ?? { answer: 'success', message: 'answered' };
  }
}
