import type { Builder, BuilderEndpoint, Builders } from '../ports/builders.ts';

interface Shared {
  readonly builder: Builder;
  users: number;
}

/**
 * One connection for whoever opens the same endpoint: the Builder that looks after it, and each Build that runs on it. Disposing what was
 * opened cancels what was asked through it, and closes the connection when nobody else uses it.
 */
export function shareBuilders(builders: Builders): Builders {
  const shared = new Map<string, Shared>();
  return {
    open(endpoint) {
      const key = keyOf(endpoint);
      const entry = shared.get(key) ?? { builder: builders.open(endpoint), users: 0 };
      shared.set(key, entry);
      entry.users += 1;
      return handleOf(entry.builder, () => {
        entry.users -= 1;
        if (entry.users > 0) return;
        shared.delete(key);
        entry.builder[Symbol.dispose]();
      });
    },
  };
}

/** The same for equal endpoints, in whatever order their fields are. */
function keyOf(endpoint: BuilderEndpoint): string {
  if (endpoint.type !== 'tcp') return JSON.stringify([endpoint.type, endpoint.path]);
  const { host, port, tls } = endpoint;
  return JSON.stringify([host, port, tls && [tls.ca, tls.cert, tls.key, tls.serverName]]);
}

function handleOf(builder: Builder, release: () => void): Builder {
  const closed = new AbortController();
  const until = (signal: AbortSignal | undefined): AbortSignal =>
    signal === undefined ? closed.signal : AbortSignal.any([closed.signal, signal]);
  return {
    facts: (signal) => builder.facts(until(signal)),
    usage: (signal) => builder.usage(until(signal)),
    prune: (options, signal) => builder.prune(options, until(signal)),
    build: (request, onEvent, signal) => builder.build(request, onEvent, until(signal)),
    [Symbol.dispose]() {
      if (closed.signal.aborted) return;
      closed.abort();
      release();
    },
  };
}
