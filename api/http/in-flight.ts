/** Requests that are being answered, and what else must be over before the server is. */
export interface InFlight {
  /** Aborted by `stop`, for as long as it is not disposed of: that is how watches and processes end when the server stops. */
  begin(request: AbortController): Disposable;
  /** `stop` waits for its end, good or bad: it must come soon once the request is aborted. */
  hold(work: Promise<unknown>): void;
  /** Aborts all that is there now. Never rejects. */
  stop(): Promise<void>;
}

export function createInFlight(): InFlight {
  const requests = new Set<AbortController>();
  const held = new Set<Promise<unknown>>();
  return {
    begin(request) {
      requests.add(request);
      return { [Symbol.dispose]: () => void requests.delete(request) };
    },
    hold(work) {
      const over = (): void => void held.delete(work);
      held.add(work);
      work.then(over, over);
    },
    async stop() {
      for (const request of requests) request.abort();
      await Promise.allSettled(held);
    },
  };
}
