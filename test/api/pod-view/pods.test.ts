import test from 'ava';
import { servedKinds } from '../../../cli/daemon/served-kinds.ts';
import type { JsonObject } from '../../../schemas/object.ts';
import { podUidOf } from '../../../schemas/values/pod-uid.ts';
import { RawServer, type RawAnswer } from '../../support/raw-http.ts';
import { containerBody, RUNNING } from './container.ts';

const CONTAINERS = '/apis/tsmoby.dev/v1alpha1/namespaces/default/containers';
const PODS = '/api/v1/namespaces/default/pods';
const EVENTS = '/api/v1/namespaces/default/events';
const MERGE = { 'content-type': 'application/merge-patch+json' };
const TABLE = { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' };

interface Named {
  readonly metadata: { readonly name: string; readonly uid: string; readonly resourceVersion: string };
}
const metadataOf = (answer: RawAnswer): Named['metadata'] => (answer.json as unknown as Named).metadata;
const namesOf = (answer: RawAnswer): readonly string[] =>
  (answer.json as unknown as { items: readonly Named[] }).items.map(({ metadata }) => metadata.name);

const create = (server: RawServer, body: JsonObject): Promise<RawAnswer> =>
  server.request('POST', CONTAINERS, { body });
const setStatus = (server: RawServer, name: string, status: JsonObject): Promise<RawAnswer> =>
  server.request('PATCH', `${CONTAINERS}/${name}/status`, { headers: MERGE, body: { status } });

async function events(server: RawServer, path: string, count: number): Promise<readonly [string, JsonObject][]> {
  const { text } = await server.request('GET', `${path}&timeoutSeconds=1`);
  const lines = text.trim().split('\n').filter(Boolean);
  return lines.slice(0, count).map((line) => {
    const { type, object } = JSON.parse(line) as { type: string; object: JsonObject };
    return [type, object];
  });
}

test('each Container is also seen as a Pod, with a uid of its own and the Container as its controller', async (t) => {
  await using server = await RawServer.open();
  const container = metadataOf(await create(server, containerBody('web', {}, { labels: { app: 'web' } })));
  const pod = await server.request('GET', `${PODS}/web`);
  t.is(pod.status, 200);
  t.like(pod.json, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: 'web',
      namespace: 'default',
      labels: { app: 'web' },
      uid: podUidOf(container.uid),
      resourceVersion: container.resourceVersion,
      ownerReferences: [{ kind: 'Container', name: 'web', uid: container.uid, controller: true }],
    },
    spec: { nodeName: 'here', containers: [{ name: 'web', image: 'busybox:1' }] },
    status: { phase: 'Pending', containerStatuses: [{ state: { waiting: { reason: 'ContainerCreating' } } }] },
  });
  t.not(metadataOf(pod).uid, container.uid);
  t.regex(metadataOf(pod).uid, /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

test('what belongs to the Container alone is not shown: finalizers, managed fields, what kubectl applied', async (t) => {
  await using server = await RawServer.open();
  const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': '{}', kept: 'yes' };
  await create(server, containerBody('web', {}, { annotations, finalizers: ['example.com/held'] }));
  const { metadata } = (await server.request('GET', `${PODS}/web`)).json as { metadata: JsonObject };
  t.deepEqual(metadata['annotations'], { kept: 'yes' });
  t.false('finalizers' in metadata);
  t.false('managedFields' in metadata);
});

test('lists, pages, selectors and Tables show Pods', async (t) => {
  await using server = await RawServer.open();
  for (const name of ['a', 'b', 'c']) await create(server, containerBody(name, {}, { labels: { name } }));
  await setStatus(server, 'b', RUNNING);
  t.deepEqual(namesOf(await server.request('GET', PODS)), ['a', 'b', 'c']);
  t.deepEqual(namesOf(await server.request('GET', '/api/v1/pods')), ['a', 'b', 'c']);
  t.deepEqual(namesOf(await server.request('GET', `${PODS}?labelSelector=name%3Dc`)), ['c']);
  t.deepEqual(namesOf(await server.request('GET', `${PODS}?fieldSelector=status.phase%3DRunning`)), ['b']);
  t.deepEqual(namesOf(await server.request('GET', `${PODS}?fieldSelector=spec.nodeName%3Dhere,metadata.name%3Da`)), [
    'a',
  ]);
  t.deepEqual(namesOf(await server.request('GET', `${PODS}?fieldSelector=spec.restartPolicy%3DAlways`)), [
    'a',
    'b',
    'c',
  ]);
  t.is((await server.request('GET', `${PODS}?fieldSelector=spec.nope%3D1`)).status, 400);
  const page = await server.request('GET', `${PODS}?limit=2`);
  t.deepEqual(namesOf(page), ['a', 'b']);
  const token = (page.json as { metadata: { continue: string } }).metadata.continue;
  t.deepEqual(namesOf(await server.request('GET', `${PODS}?limit=2&continue=${encodeURIComponent(token)}`)), ['c']);
  const table = (await server.request('GET', PODS, { headers: TABLE })).json as {
    columnDefinitions: readonly { name: string }[];
    rows: readonly { cells: readonly unknown[]; object: unknown }[];
  };
  t.deepEqual(
    table.columnDefinitions.map(({ name }) => name),
    ['Name', 'Ready', 'Status', 'Restarts', 'Age', 'IP', 'Node', 'Nominated Node', 'Readiness Gates'],
  );
  t.deepEqual(table.rows[0]?.cells.slice(0, 4), ['a', '0/1', 'ContainerCreating', '0']);
  t.deepEqual(table.rows[1]?.cells.slice(0, 3), ['b', '1/1', 'Running']);
  t.regex(String(table.rows[1]?.cells[3]), /^2 \(\d+\w+ ago\)$/);
});

test('a watch of Pods sees Containers come, change and go, in the versions of the Containers', async (t) => {
  await using server = await RawServer.open();
  const before = metadataOf(await server.request('GET', PODS));
  const container = metadataOf(await create(server, containerBody('web')));
  await setStatus(server, 'web', RUNNING);
  await server.request('PATCH', `${CONTAINERS}/web`, { headers: MERGE, body: { metadata: { finalizers: null } } });
  await server.request('DELETE', `${CONTAINERS}/web`);
  const seen = await events(server, `${PODS}?watch=1&resourceVersion=${before.resourceVersion}`, 9);
  t.deepEqual(
    seen.map(([type]) => type),
    ['ADDED', 'MODIFIED', 'MODIFIED', 'DELETED'],
  );
  for (const [, object] of seen) {
    t.like(object, { kind: 'Pod', apiVersion: 'v1', metadata: { name: 'web', uid: podUidOf(container.uid) } });
  }
  t.like(seen[1]?.[1], { status: { phase: 'Running' } });
});

test('nobody writes to a Pod, and is told where to write', async (t) => {
  await using server = await RawServer.open();
  await create(server, containerBody('web'));
  const body = (await server.request('GET', `${PODS}/web`)).json;
  const attempts: readonly (readonly [string, string, object?])[] = [
    ['POST', PODS, body],
    ['PUT', `${PODS}/web`, body],
    ['DELETE', `${PODS}/web`],
    ['DELETE', PODS],
  ];
  for (const [method, path, content] of attempts) {
    const answer = await server.request(method, path, content === undefined ? {} : { body: content });
    t.is(answer.status, 405, `${method} ${path}`);
    t.like(answer.json, { kind: 'Status', reason: 'MethodNotAllowed' });
    t.regex(answer.text, /pods are a read-only view of containers\.tsmoby\.dev/);
  }
  const patch = await server.request('PATCH', `${PODS}/web`, {
    headers: MERGE,
    body: { metadata: { labels: { a: 'b' } } },
  });
  t.is(patch.status, 405);
  t.is((await server.request('GET', `${CONTAINERS}/web`)).status, 200);
});

test('a Container that a Pod owns is not seen as another Pod, and comes and goes with its owner reference', async (t) => {
  await using server = await RawServer.open();
  const ownerReferences = [{ apiVersion: 'v1', kind: 'Pod', name: 'p', uid: '0b0c0d0e-0000-4000-8000-000000000001' }];
  const others = [
    { apiVersion: 'example.com/v1', kind: 'Pod', name: 'p', uid: '0b0c0d0e-0000-4000-8000-000000000002' },
  ];
  const start = metadataOf(await server.request('GET', PODS)).resourceVersion;
  await create(server, containerBody('part', {}, { ownerReferences }));
  await create(server, containerBody('whole', {}, { ownerReferences: others }));
  t.deepEqual(namesOf(await server.request('GET', PODS)), ['whole']);
  const missing = await server.request('GET', `${PODS}/part`);
  t.is(missing.status, 404);
  t.like(missing.json, { message: 'pods "part" not found', details: { name: 'part', kind: 'pods' } });
  await server.request('PATCH', `${CONTAINERS}/part`, {
    headers: MERGE,
    body: { metadata: { ownerReferences: null } },
  });
  t.deepEqual(namesOf(await server.request('GET', PODS)), ['part', 'whole']);
  const seen = await events(server, `${PODS}?watch=1&resourceVersion=${start}`, 9);
  t.deepEqual(
    seen.map(([type, object]) => [type, (object as unknown as Named).metadata.name]),
    [
      ['ADDED', 'whole'],
      ['ADDED', 'part'],
    ],
  );
});

test('Events of a Container are those of its Pod, for whoever asks for a Pod', async (t) => {
  await using server = await RawServer.open();
  const container = metadataOf(await create(server, containerBody('web')));
  const { uid } = metadataOf(await server.request('GET', `${PODS}/web`));
  const about = {
    apiVersion: 'tsmoby.dev/v1alpha1',
    kind: 'Container',
    namespace: 'default',
    name: 'web',
    uid: container.uid,
  };
  const body = { metadata: { name: 'e' }, involvedObject: about, reason: 'Started', type: 'Normal', message: 'm' };
  t.is((await server.request('POST', EVENTS, { body })).status, 201);
  const select = async (path: string, selector: string): Promise<readonly string[]> =>
    namesOf(await server.request('GET', `${path}?fieldSelector=${encodeURIComponent(selector)}`));
  const described = `involvedObject.name=web,involvedObject.namespace=default,involvedObject.kind=Pod,involvedObject.uid=${uid}`;
  t.deepEqual(await select(EVENTS, described), ['e']);
  t.deepEqual(
    await select(EVENTS, `involvedObject.name=web,involvedObject.namespace=default,involvedObject.uid=${uid}`),
    ['e'],
  );
  t.deepEqual(await select(EVENTS, 'involvedObject.kind=Pod,involvedObject.apiVersion=v1,involvedObject.name=web'), [
    'e',
  ]);
  t.deepEqual(
    await select('/apis/events.k8s.io/v1/namespaces/default/events', `regarding.kind=Pod,regarding.uid=${uid}`),
    ['e'],
  );
  t.deepEqual(await select(EVENTS, `involvedObject.kind=Container,involvedObject.uid=${container.uid}`), ['e']);
  t.deepEqual(await select(EVENTS, 'involvedObject.kind=Pod,involvedObject.name=other'), []);
  t.deepEqual(await select(EVENTS, `involvedObject.kind=Pod,involvedObject.uid=${container.uid}`), []);
  t.deepEqual(await select(EVENTS, 'involvedObject.kind!=Container'), []);
});

test('discovery and OpenAPI tell of reads only, and controllers of all kinds pass the view over', async (t) => {
  await using server = await RawServer.open();
  const { resources } = (await server.request('GET', '/api/v1')).json as {
    resources: readonly { name: string; verbs: readonly string[]; shortNames?: readonly string[] }[];
  };
  t.like(
    resources.find(({ name }) => name === 'pods'),
    { verbs: ['get', 'list', 'watch'], shortNames: ['po'], kind: 'Pod', namespaced: true },
  );
  const { paths } = (await server.request('GET', '/openapi/v3/api/v1')).json as { paths: Record<string, JsonObject> };
  const pods = Object.entries(paths).filter(([path]) => path.includes('/pods'));
  t.is(pods.length, 3);
  for (const [, item] of pods)
    t.deepEqual(
      Object.keys(item).filter((key) => key !== 'parameters'),
      ['get'],
    );
  t.false(
    servedKinds(server.server.registry)
      .current()
      .some(({ kind }) => kind === 'Pod'),
  );
});
