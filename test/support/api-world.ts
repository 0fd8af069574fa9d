import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createApiServer, type ApiServer } from '../../api/server.ts';
import { openMemoryStore } from '../../api/store/memory.ts';
import { createInProcessClient } from '../../cli/daemon/in-process-client.ts';
import { withCacheViews } from '../../cli/daemon/cache-view.ts';
import { kindsOf } from '../../cli/daemon/find-kind.ts';
import { servedKinds } from '../../cli/daemon/served-kinds.ts';
import type { Client } from '../../client/client.ts';
import { createHttpClient } from '../../client/http.ts';
import type { Clock } from '../../controllers/engine/environment.ts';
import type { ServedKinds } from '../../controllers/engine/served-kinds.ts';
import { KINDS } from '../../schemas/kinds.ts';
import { makeFolder } from './interruption.ts';
import { recordingLog } from './recording-log.ts';
import { widgetKind } from './widget.ts';

const ALL_KINDS = [...KINDS, widgetKind];

/** A real API server over a store in memory, for tests of controllers. */
export interface ApiWorld extends AsyncDisposable {
  readonly server: ApiServer;
  readonly kinds: ServedKinds;
  /** In process, with the server's caches as views. */
  client(user?: string): Client;
  /** In process, by list and watch. */
  plainClient(user?: string): Client;
  /** Over a unix socket; ends with the world. */
  httpClient(): Promise<Client>;
}

export async function openApiWorld(options: { readonly clock?: Clock } = {}): Promise<ApiWorld> {
  const { clock = { now: () => Date.now() } } = options;
  await using opening = new AsyncDisposableStack();
  const store = opening.use(await openMemoryStore({ now: () => clock.now() }));
  const server = opening.use(
    await createApiServer({ store, kinds: ALL_KINDS, clock, log: recordingLog(), version: '0.0.0-test' }),
  );
  const findKind = kindsOf(server.registry);
  const plainClient = (user = 'system:controller:test'): Client =>
    createInProcessClient({ pipeline: server.pipeline, user: { name: user, groups: ['system:masters'] }, findKind });
  const owned = opening.move();
  return {
    server,
    kinds: servedKinds(server.registry),
    plainClient,
    client: (user) => withCacheViews(plainClient(user), server),
    httpClient: () => openHttp(server, owned),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

async function openHttp(server: ApiServer, owned: AsyncDisposableStack): Promise<Client> {
  const directory = await makeFolder('/tmp/tsm-eng-');
  owned.defer(() => rm(directory, { recursive: true }));
  const socketPath = join(directory, 'api.sock');
  owned.use(await server.listenUnix({ path: socketPath }));
  return owned.use(await createHttpClient({ connection: { socketPath }, userAgent: 'test/0' }));
}
