/** What the engine takes from outside instead of from the machine, so that tests hold time in their hands. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
}

export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** Wakes, where `Clock` only tells. */
export interface Timers {
  /** Runs `wake` once after `delayMs`, never synchronously, unless disposed before. */
  after(delayMs: number, wake: () => void): Disposable;
}
