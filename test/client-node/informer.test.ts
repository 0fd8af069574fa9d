import test from 'ava';
import { setTimeout as sleep } from 'node:timers/promises';
import { CoreV1Api, makeInformer, Watch, type V1ConfigMap } from '@kubernetes/client-node';
import { eventually } from '../support/eventually.ts';
import { openPublishedClient, type PublishedClient } from './harness.ts';

const namespace = 'default';
const PATH = `/api/v1/namespaces/${namespace}/configmaps`;

let opened: PublishedClient;
test.before('the daemon starts', async () => {
  opened = await openPublishedClient();
});
test.after.always('the daemon ends', async () => opened?.[Symbol.asyncDispose]());

const nameOf = ({ metadata }: V1ConfigMap): string => metadata?.name ?? '';

interface Seen {
  readonly type: string;
  readonly name: string;
}

/** An informer over ConfigMaps with a label, restarted on errors as the package's own example does. */
function informer(label: string) {
  const api = opened.config.makeApiClient(CoreV1Api);
  const seen: Seen[] = [];
  const errors: unknown[] = [];
  const listed = () => api.listNamespacedConfigMap({ namespace, labelSelector: label });
  const made = makeInformer<V1ConfigMap>(opened.config, PATH, listed, label);
  for (const type of ['add', 'update', 'delete'] as const)
    made.on(type, (object) => void seen.push({ type, name: nameOf(object) }));
  let stopped = false;
  const again = async (): Promise<void> => {
    await sleep(50);
    await made.start().catch(() => undefined);
  };
  made.on('error', (error: unknown) => {
    errors.push(error);
    if (!stopped) void again();
  });
  const stop = async (): Promise<void> => {
    stopped = true;
    await made.stop();
  };
  return { made, api, seen, errors, stop };
}

const body = (name: string, label: string, data: Record<string, string> = {}) => ({
  metadata: { name, labels: { [label]: '' } },
  data,
});

test.serial('an informer lists, follows, and holds what the server holds', async (t) => {
  const { made, api, seen, errors, stop } = informer('first');
  await api.createNamespacedConfigMap({ namespace, body: body('there', 'first') });
  await made.start();
  await api.createNamespacedConfigMap({ namespace, body: body('later', 'first') });
  await api.replaceNamespacedConfigMap({ name: 'later', namespace, body: body('later', 'first', { k: 'v' }) });
  await api.deleteNamespacedConfigMap({ name: 'there', namespace });
  await eventually('all is seen', () => seen.length === 4);
  t.deepEqual(seen, [
    { type: 'add', name: 'there' },
    { type: 'add', name: 'later' },
    { type: 'update', name: 'later' },
    { type: 'delete', name: 'there' },
  ]);
  t.deepEqual(made.list(namespace).map(nameOf), ['later']);
  t.deepEqual(made.get('later', namespace)?.data, { k: 'v' });
  t.deepEqual(errors, []);
  await stop();
});

test.serial('under many writers its cache ends as the state is', async (t) => {
  const { made, api, stop } = informer('busy');
  await made.start();
  await Promise.all(
    Array.from({ length: 8 }, async (_, worker) => {
      for (let n = 0; n < 12; n++) {
        const name = `busy-${String(worker)}-${String(n)}`;
        await api.createNamespacedConfigMap({ namespace, body: body(name, 'busy') });
        if (n % 3 === 0) await api.deleteNamespacedConfigMap({ name, namespace });
        if (n % 3 === 1)
          await api.replaceNamespacedConfigMap({ name, namespace, body: body(name, 'busy', { n: String(n) }) });
      }
    }),
  );
  const { items } = await api.listNamespacedConfigMap({ namespace, labelSelector: 'busy' });
  const state = (objects: readonly V1ConfigMap[]) =>
    objects.map((one) => `${nameOf(one)} ${one.metadata?.resourceVersion ?? ''}`).sort();
  await eventually('the cache has caught up', () => state(made.list(namespace)).join() === state(items).join());
  t.is(items.length, 64);
  await stop();
});

test.serial('it goes on over SIGKILL and a new start of the daemon', async (t) => {
  const { made, api, seen, stop } = informer('over');
  await made.start();
  await api.createNamespacedConfigMap({ namespace, body: body('before', 'over') });
  await eventually('the first is seen', () => seen.length === 1);
  await opened.daemon.kill9();
  await opened.daemon.start();
  await eventually('the server answers again at its old address', () =>
    api.createNamespacedConfigMap({ namespace, body: body('after', 'over') }).then(
      () => true,
      () => false,
    ),
  );
  await eventually('the second is seen', () => made.get('after', namespace));
  t.deepEqual(
    seen.filter(({ type }) => type === 'add').map(({ name }) => name),
    ['before', 'after'],
  );
  t.deepEqual(
    seen.filter(({ type }) => type === 'delete'),
    [],
  );
  await stop();
});

test.serial('a watch sees bookmarks only when it asks for them, and ends when it is told to', async (t) => {
  const watch = new Watch(opened.config);
  const { promise, resolve } = Promise.withResolvers<void>();
  const phases: string[] = [];
  const query = { allowWatchBookmarks: true, sendInitialEvents: true, resourceVersionMatch: 'NotOlderThan' };
  const controller = await watch.watch(
    PATH,
    query,
    (phase) => void phases.push(phase),
    () => resolve(),
  );
  await eventually('the initial events are over', () => phases.includes('BOOKMARK'));
  t.true(phases.slice(0, -1).every((phase) => phase === 'ADDED'));
  controller.abort();
  await promise;
});
