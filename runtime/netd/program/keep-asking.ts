/** Asks one probe for as long as it is kept. */
import type { ProbeSpec, ProbeState } from '../../ports/probes.ts';
import type { Gate } from './gate.ts';
import { beginCycle, countAnswer, firstDelay, nextDelay, type ProbeAnswer } from './probe-cycle.ts';

export interface ProbeTime {
  /** Milliseconds since the epoch. */
  now(): number;
  after(delayMs: number, wake: () => void): Disposable;
  /** From 0 to 1. */
  random(): number;
}

/** Undefined: the question could not be put, which is nobody's failure. Never rejects; may go on beyond the signal. */
export type AskProbe = (signal: AbortSignal) => Promise<ProbeAnswer | undefined>;

export interface Asking {
  readonly spec: ProbeSpec;
  readonly startedAt: number;
  /** What is known of it. */
  readonly state: ProbeState;
  readonly ask: AskProbe;
  readonly time: ProbeTime;
  readonly onChange: (state: ProbeState) => void;
  /** Each question waits for its turn there, and its time runs from then on. */
  readonly gate?: Gate;
}

/** Until it is disposed: then no timer is left, and nothing is told any more. */
export function keepAsking({ spec, startedAt, state, ask, time, onChange, gate }: Asking): Disposable {
  let cycle = beginCycle(state);
  let timer: Disposable;
  let asking: AbortController | undefined;
  const question = async (): Promise<void> => {
    const stop = new AbortController();
    asking = stop;
    using _turn = gate && (await gate.enter());
    if (stop.signal.aborted) return;
    const askedAt = time.now();
    const answer = await askWithin(spec.timeoutSeconds * 1000, ask, stop, time);
    if (stop.signal.aborted) return;
    const before = cycle.state;
    if (answer) cycle = countAnswer(cycle, spec, answer);
    timer = time.after(nextDelay(spec, askedAt, time.now()), () => void question());
    if (cycle.state !== before) onChange(cycle.state);
  };
  const known = state.outcome !== 'unknown';
  const delay = firstDelay(spec, { startedAt, now: time.now(), known, random: time.random() });
  timer = time.after(delay, () => void question());
  return {
    [Symbol.dispose]() {
      timer[Symbol.dispose]();
      asking?.abort();
    },
  };
}

/** What is answered in time; too late is a failure, whether or not whoever is asked ever ends. */
export async function askWithin(
  milliseconds: number,
  ask: AskProbe,
  stop: AbortController,
  time: Pick<ProbeTime, 'after'>,
): Promise<ProbeAnswer | undefined> {
  const late = new AbortController();
  const { promise, resolve } = Promise.withResolvers<ProbeAnswer>();
  const give = (message: string): void => {
    resolve({ success: false, message });
    late.abort();
  };
  const onStop = (): void => give('no longer asked');
  stop.signal.addEventListener('abort', onStop, { once: true });
  using _timer = time.after(milliseconds, () => give(`timed out after ${milliseconds / 1000} s`));
  if (stop.signal.aborted) onStop();
  try {
    return await Promise.race([ask(late.signal), promise]);
  } finally {
    stop.signal.removeEventListener('abort', onStop);
  }
}
