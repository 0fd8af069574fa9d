import type { EventSource, Reader } from './contract.ts';
import type { Log, Timers } from './environment.ts';
import type { Informers } from './informers.ts';
import type { Key } from './keys.ts';

const FIRST_RETRY_MS = 100;
const MAX_RETRY_MS = 60_000;

export interface SourceDeps {
  readonly controller: string;
  readonly reader: Reader;
  readonly informers: Informers;
  readonly timers: Timers;
  readonly log: Log;
  readonly enqueue: (key: Key) => void;
}

/** Starts a source, again and again with growing delays while that throws: the rest of the controller goes on without. */
export function startSource(source: EventSource, deps: SourceDeps): Disposable {
  const { controller, reader, informers, timers, log, enqueue } = deps;
  let current: Disposable | undefined;
  const start = (delay: number): void => {
    try {
      current = source.start(enqueue, reader, informers);
    } catch (error) {
      log.error({ controller, error }, 'an event source did not start');
      current = timers.after(delay, () => start(Math.min(delay * 2, MAX_RETRY_MS)));
    }
  };
  start(FIRST_RETRY_MS);
  return { [Symbol.dispose]: () => current?.[Symbol.dispose]() };
}
