import type { ContainerSpec } from '../../../schemas/gen/types.ts';
import { probeTimes, type ProbeTimes } from '../../../schemas/values/probe-times.ts';

/** Process start, hook and first answers of probes that need no more than a moment. */
const LEAST_MS = 5000;

/**
 * Since when each Container can be told how it is, without a break: a daemon that comes up, and a runtime that comes back, know nothing at
 * first. In memory only, because that is what it is about.
 */
export class Looks {
  readonly #since = new Map<string, number>();

  /** A look that told something. Answers since when they do, in milliseconds. */
  told(uid: string, now: number): number {
    const since = this.#since.get(uid) ?? now;
    this.#since.set(uid, since);
    return since;
  }

  /** Nobody can tell, or need know. */
  forget(uid: string): void {
    this.#since.delete(uid);
  }
}

/** How long after the first look a process that is fine may take until its probes have said so. */
export function patienceMs({ startupProbe, readinessProbe }: ContainerSpec): number {
  const startup = startupProbe && answersMs(startupProbe, 'failureThreshold');
  const ready = readinessProbe && answersMs(readinessProbe, 'successThreshold');
  return Math.max(LEAST_MS, (startup ?? 0) + (ready ?? 0));
}

function answersMs(probe: Partial<ProbeTimes>, threshold: 'failureThreshold' | 'successThreshold'): number {
  const times = probeTimes(probe);
  return (times.initialDelaySeconds + times.periodSeconds * times[threshold] + times.timeoutSeconds) * 1000;
}
