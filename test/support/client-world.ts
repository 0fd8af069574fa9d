/** A real API server on a real store, and the ways in which clients reach it. */
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApiServer, type ApiServer } from '../../api/server.ts';
import { openMemoryStore } from '../../api/store/memory.ts';
import { openSqliteStore } from '../../api/store/sqlite.ts';
import type { Store } from '../../api/store/store.ts';
import { createInProcessClient } from '../../cli/daemon/in-process-client.ts';
import type { Client } from '../../client/client.ts';
import { createHttpClient } from '../../client/http.ts';
import { readKubeconfig } from '../../client/kubeconfig.ts';
import { findByKindRef, KINDS } from '../../schemas/kinds.ts';
import { makeFolder } from './interruption.ts';
import { recordingLog } from './recording-log.ts';
import { widgetKind } from './widget.ts';

export const ALL_KINDS = [...KINDS, widgetKind];

export type Transport = 'in-process' | 'unix' | 'https';

export interface ClientWorldOptions {
  readonly store: 'memory' | 'sqlite';
  readonly transport: Transport;
}

/** Everything it opens and every file it makes is gone when it is disposed. */
export class ClientWorld implements AsyncDisposable {
  readonly log = recordingLog();
  readonly directory: string;
  readonly #options: ClientWorldOptions;
  #store: Store;
  #stack: AsyncDisposableStack;
  #server: ApiServer;
  #client: Client;

  private constructor(options: ClientWorldOptions, directory: string, store: Store, opened: Opened) {
    this.#options = options;
    this.directory = directory;
    this.#store = store;
    ({ stack: this.#stack, server: this.#server, client: this.#client } = opened);
  }

  static async open(options: ClientWorldOptions): Promise<ClientWorld> {
    const directory = await makeFolder(join(tmpdir(), 'tsm-'));
    const store = await openStore(options.store, directory);
    return new ClientWorld(options, directory, store, await openServer(options, directory, store));
  }

  get client(): Client {
    return this.#client;
  }

  get server(): ApiServer {
    return this.#server;
  }

  get store(): Store {
    return this.#store;
  }

  /** Another server over the same data, as after a restart of the daemon; a store on disk is opened again. */
  async restart(): Promise<void> {
    await this.#stack.disposeAsync();
    if (this.#options.store === 'sqlite') {
      await this.#store[Symbol.asyncDispose]();
      this.#store = await openStore('sqlite', this.directory);
    }
    const opened = await openServer(this.#options, this.directory, this.#store);
    ({ stack: this.#stack, server: this.#server, client: this.#client } = opened);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
    await this.#store[Symbol.asyncDispose]();
    await rm(this.directory, { recursive: true, force: true });
  }
}

interface Opened {
  readonly stack: AsyncDisposableStack;
  readonly server: ApiServer;
  readonly client: Client;
}

const openStore = (kind: ClientWorldOptions['store'], directory: string): Promise<Store> =>
  kind === 'memory' ? openMemoryStore() : openSqliteStore(join(directory, 'store.db'));

async function openServer({ transport }: ClientWorldOptions, directory: string, store: Store): Promise<Opened> {
  const stack = new AsyncDisposableStack();
  const log = recordingLog();
  const server = stack.use(
    await createApiServer({ store, kinds: ALL_KINDS, clock: { now: () => Date.now() }, log, version: '0.0.0-test' }),
  );
  return { stack, server, client: await connect(transport, directory, server, stack) };
}

async function connect(
  transport: Transport,
  directory: string,
  server: ApiServer,
  stack: AsyncDisposableStack,
): Promise<Client> {
  const userAgent = 'suite/1';
  switch (transport) {
    case 'in-process':
      return createInProcessClient({
        pipeline: server.pipeline,
        user: { name: 'suite', groups: ['system:masters'] },
        findKind: (kind) => findByKindRef(kind, ALL_KINDS),
      });
    case 'unix': {
      const socketPath = join(directory, 'api.sock');
      await server.listenUnix({ path: socketPath });
      return stack.use(await createHttpClient({ connection: { socketPath }, userAgent }));
    }
    case 'https': {
      const kubeconfig = join(directory, 'kubeconfig');
      await server.listenHttps({ host: '127.0.0.1', port: 0, certDirectory: join(directory, 'pki'), kubeconfig });
      const { connection } = await readKubeconfig(kubeconfig);
      return stack.use(await createHttpClient({ connection, userAgent }));
    }
  }
}
