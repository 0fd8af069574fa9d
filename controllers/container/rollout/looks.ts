import type { ContainerSpec } from '../../../schemas/gen/types.ts';

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
  const startup = startupProbe && answersMs(startupProbe, startupProbe.failureThreshold ?? 3);
  const ready = readinessProbe && answersMs(readinessProbe, readinessProbe.successThreshold ?? 1);
  return Math.max(LEAST_MS, (startup ?? 0) + (ready ?? 0));
}

type Probe = Pick<
  NonNullable<ContainerSpec['readinessProbe']>,
  'initialDelaySeconds' | 'periodSeconds' | 'timeoutSeconds'
>;

const answersMs = ({ initialDelaySeconds = 0, periodSeconds = 10, timeoutSeconds = 1 }: Probe, times: number): number =>
  (initialDelaySeconds + periodSeconds * times + timeoutSeconds) * 1000;
