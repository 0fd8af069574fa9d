import type { LogLimits, LogRun } from '../../runtime/ports/logs.ts';
import { quantityValue } from '../../schemas/values/quantity.ts';
import type { Container } from '../../schemas/gen/types.ts';
import { logRun, type Work } from './work.ts';

const DEFAULT_LOG_BYTES = 10 * 1024 * 1024;
const DEFAULT_LOG_FILES = 5;
/** More runs of one Container than are written at once, but for those whose limits nobody changes any more. */
const KEPT_RUNS = 4;

/** What the spec asks for. */
export function logLimits({ spec }: Container): LogLimits {
  const { maxSize, maxFiles = DEFAULT_LOG_FILES } = spec.logging ?? {};
  return { maxBytes: maxSize === undefined ? DEFAULT_LOG_BYTES : quantityValue(maxSize), maxFiles };
}

/** Which limits runs that are open have. In memory only: a daemon that comes up does not know, and hands them over once. */
export class GivenLimits {
  /** By owner and run; of an owner the one that was asked for last stands last. */
  readonly #given = new Map<string, Map<number, string>>();

  /** Whether the run is known to have these. */
  has({ log, run }: LogRun, limits: LogLimits): boolean {
    const runs = this.#given.get(log);
    const known = runs?.get(run);
    if (runs === undefined || known === undefined) return false;
    runs.delete(run);
    runs.set(run, known);
    return known === textOf(limits);
  }

  set({ log, run }: LogRun, limits: LogLimits): void {
    const runs = this.#given.get(log) ?? new Map<number, string>();
    this.#given.set(log, runs);
    runs.delete(run);
    runs.set(run, textOf(limits));
    for (const oldest of runs.keys()) if (runs.size > KEPT_RUNS) runs.delete(oldest);
  }

  forget(log: string): void {
    this.#given.delete(log);
  }
}

const textOf = ({ maxBytes, maxFiles }: LogLimits): string => `${maxBytes} ${maxFiles}`;

/** A process that runs goes on with the limits of the present spec. Rejects as `Logs.open` does; then they wait for the next pass. */
export async function keepLogLimits(work: Work): Promise<void> {
  const { container, context, deps } = work;
  const { state, logRun: number } = context.status.current;
  if (state?.running === undefined || number === undefined) return;
  const [run, limits] = [logRun(work, number), logLimits(container)];
  if (deps.givenLimits.has(run, limits)) return;
  await deps.logs.open(run, limits);
  deps.givenLimits.set(run, limits);
}
