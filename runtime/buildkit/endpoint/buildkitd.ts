import type { BuilderEndpoint } from '../../ports/builders.ts';
import { openConnection } from '../grpc/connection.ts';
import { dialTcp, dialUnix } from './dial.ts';
import { announce, type Endpoint } from './endpoint.ts';
import { createTunnel } from './tunnel.ts';

/** buildkitd: HTTP/2 from the first byte on, and sessions inside of a call. */
export function buildkitdEndpoint(endpoint: BuilderEndpoint & { readonly type: 'unix' | 'tcp' }): Endpoint {
  const title =
    endpoint.type === 'unix' ? `buildkitd at ${endpoint.path}` : `buildkitd at ${endpoint.host}:${endpoint.port}`;
  return {
    kind: 'buildkitd',
    title,
    connect: async (signal) =>
      openConnection(
        endpoint.type === 'unix'
          ? await dialUnix(endpoint.path, title, signal)
          : await dialTcp(endpoint, title, signal),
      ),
    openSession: (connection, announcement, signal) =>
      Promise.resolve(
        createTunnel(connection.call('/moby.buildkit.v1.Control/Session', { headers: announce(announcement), signal })),
      ),
    hasBridge: () => Promise.resolve(undefined),
    takeImage: () => Promise.resolve(false),
  };
}
