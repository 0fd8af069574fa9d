import { setTimeout as delay } from 'node:timers/promises';
import { ApiError, type Client } from '../../client/client.ts';
import type { KubeObject } from '../../schemas/object.ts';
import type { WatchEvent } from '../../client/client.ts';

export interface LagOptions {
  /** Watches tell this late. */
  readonly watchLagMs: number;
  /** Share of calls that fail, half of them after they have had their effect. */
  readonly faultRate: number;
  /** How many calls fail before the network is well again; watches go on breaking. Default: it never is. */
  readonly mostFaults?: number;
  /** 0 ≤ random() < 1. */
  readonly random: () => number;
}

const CALLS = [
  'get',
  'list',
  'create',
  'update',
  'updateStatus',
  'patch',
  'apply',
  'delete',
  'deleteCollection',
] as const;

/**
 * A client as a bad network makes it: watches lag and break now and then, calls fail before or after their effect. It
 * has no capabilities beyond the Client port.
 */
export function lagClient(client: Client, options: LagOptions): Client {
  let faults = options.mostFaults ?? Infinity;
  const lagging = { watch: laggingWatch(client, options) } as Record<string, unknown>;
  for (const verb of CALLS) {
    const call = client[verb].bind(client) as (...args: unknown[]) => Promise<unknown>;
    lagging[verb] = async (...args: unknown[]) => {
      const fault = faults > 0 && options.random() < options.faultRate;
      if (fault) faults -= 1;
      if (fault && options.random() < 0.5) throw unreachable();
      const answer = await call(...args);
      if (fault) throw unreachable();
      return answer;
    };
  }
  return lagging as unknown as Client;
}

function laggingWatch(client: Client, { watchLagMs, faultRate, random }: LagOptions): Client['watch'] {
  return async function* watch<T extends KubeObject>(
    ...args: Parameters<Client['watch']>
  ): AsyncGenerator<WatchEvent<T>> {
    const signal = args[1]?.signal;
    for await (const event of client.watch<T>(...args)) {
      if (watchLagMs > 0) await delay(watchLagMs, undefined, signal ? { signal } : {});
      if (random() < faultRate) throw unreachable();
      yield event;
    }
  } as Client['watch'];
}

const unreachable = (): ApiError =>
  new ApiError({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    reason: 'ServiceUnavailable',
    message: 'the network is having a bad day',
    code: 0,
  });

/** A repeatable source of random numbers (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
