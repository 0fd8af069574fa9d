/** The Builders port on BuildKit's own protocol. */
import type { Builder, BuilderEndpoint, BuilderFacts, Builders } from '../ports/builders.ts';
import { build } from './build.ts';
import { pruneCache, readUsage } from './cache.ts';
import { createControl } from './control.ts';
import { openEndpoint } from './endpoint/open-endpoint.ts';
import { translated } from './errors.ts';
import { askFacts } from './facts.ts';
import type { GrpcConnection } from './grpc/connection.ts';
import { unlessAborted } from './signals.ts';

export interface BuildersOptions {
  /** A fresh unique name, for sessions. */
  readonly newId: () => string;
  /** Of this machine or store: builders that serve several keep their contexts apart by it. */
  readonly hostId: string;
}

export function createBuilders(options: BuildersOptions): Builders {
  return { open: (endpoint) => openBuilder(endpoint, options) };
}

function openBuilder(to: BuilderEndpoint, { newId, hostId }: BuildersOptions): Builder {
  const endpoint = openEndpoint(to);
  const control = createControl(endpoint);
  const closed = new AbortController();
  const known = new WeakMap<GrpcConnection, Promise<BuilderFacts>>();
  const until = (signal: AbortSignal | undefined): AbortSignal =>
    signal === undefined ? closed.signal : AbortSignal.any([closed.signal, signal]);
  const run = <T>(work: (connection: GrpcConnection) => Promise<T>, signal: AbortSignal): Promise<T> =>
    translated(endpoint.title, () => control.run(work, signal));
  const facts = (signal: AbortSignal): Promise<BuilderFacts> =>
    run((connection) => {
      const asking = known.get(connection) ?? askFacts(endpoint, connection, closed.signal);
      known.set(connection, asking);
      asking.catch(() => known.delete(connection));
      return unlessAborted(asking, signal);
    }, signal);
  return {
    facts: (signal) => facts(until(signal)),
    usage: (signal) => {
      const end = until(signal);
      return run((connection) => readUsage(connection, end), end);
    },
    prune: (policy, signal) => {
      const end = until(signal);
      return run((connection) => pruneCache(connection, policy, end), end);
    },
    build: (request, onEvent, signal) => build({ control, newId, hostId, facts }, request, onEvent, until(signal)),
    [Symbol.dispose]: () => {
      closed.abort();
      control[Symbol.dispose]();
    },
  };
}
