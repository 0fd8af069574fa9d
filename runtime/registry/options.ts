/** What the registry client takes from outside. */
export interface RegistryOptions {
  readonly clock: {
    /** Milliseconds since the epoch. */
    now(): number;
  };
  readonly timers: {
    /** Runs `wake` once after the delay, never synchronously, unless disposed before. */
    after(delayMs: number, wake: () => void): Disposable;
  };
  /** 0 to 1, for jitter. */
  readonly random: () => number;
  /** Until a connection stands (TLS included); default 10 s. */
  readonly connectTimeoutMs?: number;
  /** The longest silence of a registry that is to send something; default 30 s. */
  readonly stallTimeoutMs?: number;
  /** Tries of one request that fails in a way that may heal; default 4. */
  readonly attempts?: number;
  /** First delay between tries, doubled each time; default 250 ms. */
  readonly retryDelayMs?: number;
  /** HTTP_PROXY, HTTPS_PROXY, NO_PROXY and their lower-case forms are taken from here; default none. */
  readonly proxyEnvironment?: Readonly<Record<string, string | undefined>>;
  /** Certificates (PEM) to trust beside those of Node. */
  readonly certificateAuthorities?: readonly string[];
}
