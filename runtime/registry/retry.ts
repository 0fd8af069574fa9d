import { RuntimeError } from '../errors.ts';
import type { RegistryOptions } from './options.ts';

const DEFAULT_ATTEMPTS = 4;
const DEFAULT_DELAY = 250;
/** A registry that wants more patience than this gets it from the controller's backoff. */
const MAX_WAIT = 30_000;

export const attemptsOf = (options: RegistryOptions): number => options.attempts ?? DEFAULT_ATTEMPTS;

/** Waits before try number `attempt` + 1: doubling with jitter, or as long as the registry asked for. */
export async function waitToRetry(
  options: RegistryOptions,
  attempt: number,
  retryAfterMs: number | undefined,
  signal: AbortSignal | undefined,
): Promise<void> {
  const base = (options.retryDelayMs ?? DEFAULT_DELAY) * 2 ** attempt;
  const delay = Math.min(MAX_WAIT, Math.max(base * (0.5 + options.random()), retryAfterMs ?? 0));
  const { promise, resolve } = Promise.withResolvers<void>();
  using _timer = options.timers.after(delay, resolve);
  const onAbort = (): void => resolve();
  signal?.addEventListener('abort', onAbort, { once: true });
  if (signal?.aborted !== true) await promise;
  signal?.removeEventListener('abort', onAbort);
  if (signal?.aborted === true) throw new RuntimeError('Cancelled', 'cancelled', { cause: signal.reason });
}

/** `Retry-After` in milliseconds: seconds or a date (RFC 9110 §10.2.3). */
export function retryAfter(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  if (/^\d{1,6}$/.test(header)) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
