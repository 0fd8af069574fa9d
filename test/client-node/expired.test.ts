import test from 'ava';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CoreV1Api, KubeConfig, makeInformer, Watch, type V1ConfigMap } from '@kubernetes/client-node';
import { createApiServer, type ApiServer } from '../../api/server.ts';
import { openMemoryStore } from '../../api/store/memory.ts';
import type { Store } from '../../api/store/store.ts';
import { KINDS } from '../../schemas/kinds.ts';
import { eventually } from '../support/eventually.ts';
import { makeFolder } from '../support/interruption.ts';
import { recordingLog } from '../support/recording-log.ts';

const namespace = 'default';
const PATH = `/api/v1/namespaces/${namespace}/configmaps`;

/** A server whose history can be taken away, at an address that stays when it starts again. */
class Forgetful implements AsyncDisposable {
  readonly directory: string;
  readonly #store: Store;
  #server: ApiServer | undefined;
  #port = 0;

  private constructor(directory: string, store: Store) {
    this.directory = directory;
    this.#store = store;
  }

  static async open(): Promise<Forgetful> {
    const made = new Forgetful(await makeFolder(join(tmpdir(), 'tsm-f-')), await openMemoryStore());
    await made.start();
    return made;
  }

  async start(): Promise<void> {
    const clock = { now: () => Date.now() };
    this.#server = await createApiServer({
      store: this.#store,
      kinds: KINDS,
      clock,
      log: recordingLog(),
      version: '0.0.0',
    });
    const kubeconfig = join(this.directory, 'kubeconfig');
    const at = { host: '127.0.0.1', port: this.#port, certDirectory: this.directory, kubeconfig };
    const { address } = await this.#server.listenHttps(at);
    this.#port = Number(new URL(address).port);
  }

  async stop(): Promise<void> {
    await this.#server?.[Symbol.asyncDispose]();
  }

  /** Everything before now is history, and history is gone. */
  async forget(): Promise<void> {
    await this.#store.compact(this.#store.currentRevision());
  }

  get config(): KubeConfig {
    const config = new KubeConfig();
    config.loadFromFile(join(this.directory, 'kubeconfig'));
    return config;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await this.#store[Symbol.asyncDispose]();
    await rm(this.directory, { recursive: true });
  }
}

const create = (config: KubeConfig, name: string): Promise<V1ConfigMap> =>
  config.makeApiClient(CoreV1Api).createNamespacedConfigMap({ namespace, body: { metadata: { name } } });

test('a watch from a version whose history is gone is told so with code 410', async (t) => {
  await using server = await Forgetful.open();
  const { metadata } = await create(server.config, 'a');
  await create(server.config, 'b');
  await server.stop();
  await server.forget();
  await server.start();
  const { promise, resolve } = Promise.withResolvers<unknown>();
  const phases: string[] = [];
  const take = (phase: string, object: { readonly code?: number }): void => {
    phases.push(`${phase} ${String(object.code)}`);
  };
  const query = { resourceVersion: String(Number(metadata?.resourceVersion) - 2) };
  await new Watch(server.config).watch(PATH, query, take, resolve);
  await promise;
  t.deepEqual(phases, ['ERROR 410']);
});

test('an informer that has fallen behind history lists again and is right', async (t) => {
  await using server = await Forgetful.open();
  const { config } = server;
  const api = config.makeApiClient(CoreV1Api);
  await create(config, 'stays');
  await create(config, 'goes');
  const made = makeInformer<V1ConfigMap>(config, PATH, () => api.listNamespacedConfigMap({ namespace }));
  const deleted: (string | undefined)[] = [];
  made.on('delete', ({ metadata }) => {
    deleted.push(metadata?.name);
  });
  let lost = 0;
  made.on('error', () => {
    lost += 1;
  });
  await made.start();
  await server.stop();
  await eventually('the informer has lost its watch', () => lost > 0);
  await made.stop();
  await server.start();
  await api.deleteNamespacedConfigMap({ name: 'goes', namespace });
  await create(config, 'new');
  await server.stop();
  await server.forget();
  await server.start();
  await made.start();
  const names = (): readonly string[] => made.list().map(({ metadata }) => metadata?.name ?? '');
  await eventually('it holds what there is', () => [...names()].sort().join() === 'new,stays');
  t.deepEqual(deleted, ['goes']);
  await made.stop();
});
