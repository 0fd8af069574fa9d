import test from 'ava';
import {
  ApiException,
  AuthorizationV1Api,
  CoordinationV1Api,
  CoreV1Api,
  CustomObjectsApi,
  KubernetesObjectApi,
  Metrics,
  PatchStrategy,
  setHeaderOptions,
  VersionApi,
  type KubernetesObject,
} from '@kubernetes/client-node';
import { eventually } from '../support/eventually.ts';
import { openPublishedClient, refusalOf, type PublishedClient } from './harness.ts';

let opened: PublishedClient;
test.before('the daemon starts', async () => {
  opened = await openPublishedClient();
});
test.after.always('the daemon ends', async () => opened?.[Symbol.asyncDispose]());

const namespace = 'default';
interface Data extends KubernetesObject {
  data?: Record<string, string>;
}

test('CoreV1Api creates, reads, lists, replaces, patches and deletes', async (t) => {
  const api = opened.config.makeApiClient(CoreV1Api);
  const made = await api.createNamespacedConfigMap({
    namespace,
    body: { metadata: { name: 'crud', labels: { my: '1' } }, data: { k: 'v' } },
  });
  t.is(made.metadata?.namespace, namespace);
  t.true(made.metadata?.creationTimestamp instanceof Date);
  const read = await api.readNamespacedConfigMap({ name: 'crud', namespace });
  t.deepEqual(read, made);
  const { items } = await api.listNamespacedConfigMap({ namespace, labelSelector: 'my=1' });
  t.deepEqual(
    items.map(({ metadata }) => metadata?.name),
    ['crud'],
  );
  const replaced = await api.replaceNamespacedConfigMap({
    name: 'crud',
    namespace,
    body: Object.assign(read, { data: { k: 'w' } }),
  });
  t.deepEqual(replaced.data, { k: 'w' });
  t.deepEqual(
    await refusalOf(
      api.replaceNamespacedConfigMap({ name: 'crud', namespace, body: Object.assign(read, { data: { k: 'x' } }) }),
    ),
    { code: 409, reason: 'Conflict' },
  );
  const patched = await api.patchNamespacedConfigMap(
    { name: 'crud', namespace, body: [{ op: 'add', path: '/data/l', value: 'm' }] },
    setHeaderOptions('Content-Type', PatchStrategy.JsonPatch),
  );
  t.deepEqual(patched.data, { k: 'w', l: 'm' });
  t.is((await api.deleteNamespacedConfigMap({ name: 'crud', namespace })).status, 'Success');
  t.deepEqual(await refusalOf(api.readNamespacedConfigMap({ name: 'crud', namespace })), {
    code: 404,
    reason: 'NotFound',
  });
});

test('secrets, namespaces, leases and events come as the types that the client knows', async (t) => {
  const core = opened.config.makeApiClient(CoreV1Api);
  const secret = await core.createNamespacedSecret({
    namespace,
    body: { metadata: { generateName: 's-' }, stringData: { p: 'q' } },
  });
  t.deepEqual([secret.type, secret.data], ['Opaque', { p: 'cQ==' }]);
  const made = await core.createNamespace({ body: { metadata: { name: 'by-node' } } });
  t.is(made.status?.phase, 'Active');
  const coordination = opened.config.makeApiClient(CoordinationV1Api);
  const lease = await coordination.createNamespacedLease({
    namespace: 'by-node',
    body: { metadata: { name: 'l' }, spec: { holderIdentity: 'me', leaseDurationSeconds: 5 } },
  });
  t.is(lease.spec?.leaseDurationSeconds, 5);
  await core.deleteNamespace({ name: 'by-node' });
  const gone = async (): Promise<boolean> =>
    core.readNamespace({ name: 'by-node' }).then(
      () => false,
      ({ code }: ApiException<unknown>) => code === 404,
    );
  t.true(await eventually('the namespace goes with all that is in it', gone));
});

test('refusals are exceptions with code, reason and causes', async (t) => {
  const api = opened.config.makeApiClient(CoreV1Api);
  const create = (name: string) => api.createNamespacedConfigMap({ namespace, body: { metadata: { name } } });
  await create('twice');
  t.deepEqual(await refusalOf(create('twice')), { code: 409, reason: 'AlreadyExists' });
  t.deepEqual(await refusalOf(create('Not_A_Name')), { code: 422, reason: 'Invalid' });
  t.deepEqual(await refusalOf(api.listNamespacedConfigMap({ namespace, labelSelector: '(' })), {
    code: 400,
    reason: 'BadRequest',
  });
  const error = await t.throwsAsync(api.readNamespacedConfigMap({ name: 'none', namespace }));
  t.true(error instanceof ApiException);
  t.deepEqual(
    await refusalOf(api.createNamespacedConfigMap({ namespace: 'none', body: { metadata: { name: 'x' } } })),
    {
      code: 404,
      reason: 'NotFound',
    },
  );
});

test('pages follow each other by their token', async (t) => {
  const api = opened.config.makeApiClient(CoreV1Api);
  await Promise.all(
    Array.from({ length: 7 }, (_, n) =>
      api.createNamespacedConfigMap({
        namespace,
        body: { metadata: { name: `page-${String(n)}`, labels: { page: '' } } },
      }),
    ),
  );
  const seen: (string | undefined)[] = [];
  let _continue: string | undefined;
  do {
    const { items, metadata } = await api.listNamespacedConfigMap({
      namespace,
      labelSelector: 'page',
      limit: 3,
      ...(_continue === undefined ? {} : { _continue }),
    });
    seen.push(...items.map((item) => item.metadata?.name));
    _continue = metadata?._continue === '' ? undefined : metadata?._continue;
  } while (_continue !== undefined);
  t.deepEqual(
    seen,
    Array.from({ length: 7 }, (_, n) => `page-${String(n)}`),
  );
});

test('KubernetesObjectApi finds every kind by discovery, and patches it in each way', async (t) => {
  const api = KubernetesObjectApi.makeApiClient(opened.config);
  const object: Data = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'any', namespace }, data: { a: '1' } };
  const made = await api.create<Data>(object);
  t.deepEqual(made.data, { a: '1' });
  const patch = (data: Pick<Data, 'data'>, strategy: PatchStrategy, manager?: string, force?: boolean): Promise<Data> =>
    api.patch<Data>({ ...object, ...data }, undefined, undefined, manager, force, strategy);
  t.deepEqual((await patch({ data: { b: '2' } }, PatchStrategy.MergePatch)).data, { a: '1', b: '2' });
  t.deepEqual((await patch({ data: { c: '3' } }, PatchStrategy.StrategicMergePatch)).data, { a: '1', b: '2', c: '3' });
  t.deepEqual((await patch({ data: { d: '4' } }, PatchStrategy.ServerSideApply, 'node', true)).data, {
    a: '1',
    b: '2',
    c: '3',
    d: '4',
  });
  t.deepEqual((await patch({ data: {} }, PatchStrategy.ServerSideApply, 'node', true)).data, {
    a: '1',
    b: '2',
    c: '3',
  });
  t.deepEqual(await refusalOf(patch({ data: { a: 'x' } }, PatchStrategy.ServerSideApply, 'other', false)), {
    code: 409,
    reason: 'Conflict',
  });
  const read = await api.read<Data>({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'any', namespace } });
  const replaced = await api.replace<Data>({ ...read, data: { z: '9' } });
  t.deepEqual(replaced.data, { z: '9' });
  t.true((await api.list<Data>('v1', 'ConfigMap', namespace)).items.some(({ metadata }) => metadata?.name === 'any'));
  await api.delete(object);
  const volume = await api.create({
    apiVersion: 'tsmoby.dev/v1alpha1',
    kind: 'Volume',
    metadata: { name: 'v', namespace },
    spec: {},
  } as KubernetesObject);
  t.is(volume.kind, 'Volume');
  await api.delete({ apiVersion: 'tsmoby.dev/v1alpha1', kind: 'Volume', metadata: { name: 'v', namespace } });
});

test('CustomObjectsApi serves the kinds of a CustomResourceDefinition from one moment to the next', async (t) => {
  const objects = KubernetesObjectApi.makeApiClient(opened.config);
  const custom = opened.config.makeApiClient(CustomObjectsApi);
  await objects.create({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'gadgets.node.test.dev' },
    spec: {
      group: 'node.test.dev',
      scope: 'Namespaced',
      names: { plural: 'gadgets', singular: 'gadget', kind: 'Gadget' },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          subresources: { status: {} },
          schema: {
            openAPIV3Schema: {
              type: 'object',
              properties: {
                spec: { type: 'object', properties: { size: { type: 'integer', _default: 3 } } },
                status: { type: 'object', properties: { seen: { type: 'integer' } } },
              },
            },
          },
        },
      ],
    },
  } as KubernetesObject);
  const where = { group: 'node.test.dev', version: 'v1', namespace, plural: 'gadgets' };
  const body = { apiVersion: 'node.test.dev/v1', kind: 'Gadget', metadata: { name: 'g' }, spec: {} };
  const served = async (): Promise<boolean> =>
    custom.listNamespacedCustomObject(where).then(
      () => true,
      () => false,
    );
  await eventually('the kind is served', served);
  t.like(await custom.createNamespacedCustomObject({ ...where, body }), { spec: { size: 3 } });
  t.deepEqual(
    await refusalOf(
      custom.createNamespacedCustomObject({
        ...where,
        body: { ...body, metadata: { name: 'h' }, spec: { size: 'x' } },
      }),
    ),
    { code: 422, reason: 'Invalid' },
  );
  const patched = await custom.patchNamespacedCustomObjectStatus(
    { ...where, name: 'g', body: { status: { seen: 1 } } },
    setHeaderOptions('Content-Type', PatchStrategy.MergePatch),
  );
  t.like(patched, { spec: { size: 3 }, status: { seen: 1 } });
  t.like(await custom.deleteNamespacedCustomObject({ ...where, name: 'g' }), { status: 'Success' });
});

test("the version, one's own rights, and that there are no metrics are told", async (t) => {
  t.regex((await opened.config.makeApiClient(VersionApi).getCode()).gitVersion, /^v1\.\d+\.\d+\+tsmoby/);
  const access = await opened.config.makeApiClient(AuthorizationV1Api).createSelfSubjectAccessReview({
    body: { spec: { resourceAttributes: { namespace, verb: 'create', resource: 'configmaps' } } },
  });
  t.true(access.status?.allowed);
  // the client takes the plain 404 of an unknown group for broken JSON, on every server
  await t.throwsAsync(new Metrics(opened.config).getNodeMetrics(), { message: /metrics request/ });
});
