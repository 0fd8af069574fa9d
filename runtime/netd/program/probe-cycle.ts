/** When a probe is asked, and what its answers come to: pure, the same in netd and in the daemon. */
import type { ProbeSpec, ProbeState } from '../../ports/probes.ts';

export interface ProbeAnswer {
  readonly success: boolean;
  readonly message: string;
}

/** Where a probe stands: its state, and how many answers of one kind came last. */
export interface Cycle {
  readonly state: ProbeState;
  readonly last: boolean | undefined;
  readonly inARow: number;
}

export const unknownState: ProbeState = { outcome: 'unknown', message: '' };
const longestMessage = 1024;

/** Goes on from a state that was found out before. */
export function beginCycle(state: ProbeState = unknownState): Cycle {
  return { state, last: state.outcome === 'unknown' ? undefined : state.outcome === 'success', inARow: 1 };
}

/**
 * The state changes with the answer that reaches its threshold; while it stays a failure, its message is that of the last answer. The state is the same
 * object where nothing changes.
 */
export function countAnswer(cycle: Cycle, spec: ProbeSpec, { success, message: text }: ProbeAnswer): Cycle {
  const inARow = cycle.last === success ? cycle.inARow + 1 : 1;
  const outcome = success ? 'success' : 'failure';
  const message = text.slice(0, longestMessage);
  const { state } = cycle;
  const counts = state.outcome === outcome || inARow >= (success ? spec.successThreshold : spec.failureThreshold);
  const differs = state.outcome !== outcome || (!success && state.message !== message);
  return { state: counts && differs ? { outcome, message } : state, last: success, inARow };
}

/**
 * Milliseconds until the first question. `now` and `startedAt` are of the same clock. Probes that go on from a known state do not all begin at once:
 * `random` (0 to 1) is where in its period this one does.
 */
export function firstDelay(
  spec: ProbeSpec,
  { startedAt, now, known, random }: { startedAt: number; now: number; known: boolean; random: number },
): number {
  const initial = spec.initialDelaySeconds * 1000;
  const left = Math.min(Math.max(startedAt + initial - now, 0), initial);
  return left === 0 && known ? random * spec.periodSeconds * 1000 : left;
}

/** Milliseconds until the next question: one period after the last one began, at once when that took longer. */
export function nextDelay(spec: ProbeSpec, askedAt: number, now: number): number {
  const period = spec.periodSeconds * 1000;
  return Math.min(Math.max(askedAt + period - now, 0), period);
}
