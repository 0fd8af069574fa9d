import type { Client } from '../../client/client.ts';
import type { ApiWorld } from './api-world.ts';
import { lagClient, seededRandom } from './lag-client.ts';

/** How controllers reach a world's API server. */
export type OpenClient = (world: ApiWorld) => Client | Promise<Client>;

/** The ways in which controllers reach the API server; suites of controllers run over all of them. */
export const ENGINE_CLIENTS: Readonly<Record<string, OpenClient>> = {
  'in-process': (world) => world.client(),
  http: (world) => world.httpClient(),
  'lagging watch': (world) => lagClient(world.plainClient(), { watchLagMs: 20, faultRate: 0, random: seededRandom(1) }),
  'bad network': badNetwork(),
};

/** @param mostFaults how many calls fail before the network is well again */
export function badNetwork(mostFaults?: number): OpenClient {
  const options = { watchLagMs: 3, faultRate: 0.1, ...(mostFaults === undefined ? {} : { mostFaults }) };
  return (world) => lagClient(world.plainClient(), { ...options, random: seededRandom(2) });
}
