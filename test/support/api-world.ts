import { createApiServer, type ApiServer } from '../../api/server.ts';
import { openMemoryStore } from '../../api/store/memory.ts';
import { createInProcessClient } from '../../cli/daemon/in-process-client.ts';
import { withCacheViews } from '../../cli/daemon/cache-view.ts';
import { servedKinds, type RegistryKinds } from '../../cli/daemon/served-kinds.ts';
import type { Client } from '../../client/client.ts';
import type { Clock } from '../../controllers/engine/environment.ts';
import { findByKindRef, KINDS } from '../../schemas/kinds.ts';
import type { KindRef } from '../../schemas/object.ts';
import { recordingLog } from './recording-log.ts';
import { widgetKind } from './widget.ts';

const ALL_KINDS = [...KINDS, widgetKind];

/** A real API server over a store in memory, for tests of controllers. */
export interface ApiWorld extends AsyncDisposable {
  readonly server: ApiServer;
  readonly kinds: RegistryKinds;
  /** In process, with the server's caches as views. */
  client(user?: string): Client;
  /** In process, by list and watch. */
  plainClient(user?: string): Client;
}

export async function openApiWorld(options: { readonly clock?: Clock } = {}): Promise<ApiWorld> {
  const { clock = { now: () => Date.now() } } = options;
  const store = await openMemoryStore({ now: () => clock.now() });
  const server = await createApiServer({ store, kinds: ALL_KINDS, clock, log: recordingLog(), version: '0.0.0-test' });
  const findKind = (ref: KindRef) => findByKindRef(ref, ALL_KINDS);
  const plainClient = (user = 'system:controller:test'): Client =>
    createInProcessClient({ pipeline: server.pipeline, user: { name: user, groups: ['system:masters'] }, findKind });
  return {
    server,
    kinds: servedKinds(server.registry),
    plainClient,
    client: (user) => withCacheViews(plainClient(user), server, findKind),
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await store[Symbol.asyncDispose]();
    },
  };
}
