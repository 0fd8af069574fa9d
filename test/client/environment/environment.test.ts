import test from 'ava';
import { awaitCurrent } from '../../../client/environment/await-current.ts';
import { openEnvironment } from '../../../client/environment/environment.ts';
import { containerVariables } from '../../../client/environment/variables.ts';
import { createNamespaceController } from '../../../controllers/namespace/index.ts';
import type { Container, Lease } from '../../../schemas/gen/types.ts';
import { openApiWorld } from '../../support/api-world.ts';
import { eventually } from '../../support/eventually.ts';
import { recordingLog } from '../../support/recording-log.ts';
import { runManager } from '../../support/run-manager.ts';

const NAMESPACE = { apiVersion: 'v1', kind: 'Namespace' } as const;
const CONTAINER = { apiVersion: 'tsmoby.dev/v1alpha1', kind: 'Container' } as const;

test('an environment renews its lease, and is gone when it is disposed', async (t) => {
  await using world = await openApiWorld();
  const client = world.plainClient('someone');
  const controllers = [createNamespaceController({ kinds: world.kinds, log: recordingLog() })] as never;
  await using _running = await runManager(world.client(), { controllers });
  let name = '';
  {
    await using environment = await openEnvironment(client, { name: 'shop', leaseSeconds: 2 });
    name = environment.namespace;
    t.regex(name, /^shop-[a-z0-9]{5}$/);
    const namespace = await client.get({ ...NAMESPACE, name });
    t.like(namespace.metadata, {
      labels: { 'tsmoby.dev/environment': 'shop' },
      annotations: { 'tsmoby.dev/lease': 'tsmoby-environment' },
    });
    const ref = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', namespace: name, name: 'tsmoby-environment' };
    const { spec: first } = await client.get<Lease>(ref);
    t.is(first?.leaseDurationSeconds, 2);
    await eventually('it is renewed', async () => (await client.get<Lease>(ref)).spec?.renewTime !== first?.renewTime);
  }
  await t.throwsAsync(client.get({ ...NAMESPACE, name }), { message: /not found/ });
});

test('one that is kept stays, without a lease to live by', async (t) => {
  await using world = await openApiWorld();
  const client = world.plainClient('someone');
  let name = '';
  {
    await using environment = await openEnvironment(client);
    name = environment.namespace;
    await environment.keep();
  }
  const { metadata } = await client.get({ ...NAMESPACE, name });
  t.is(metadata.annotations?.['tsmoby.dev/lease'], undefined);
  t.is(metadata.deletionTimestamp, undefined);
});

test('torn down, containers get two seconds at most, and those that need none are not made to wait', async (t) => {
  await using world = await openApiWorld();
  const client = world.plainClient('someone');
  const controllers = [createNamespaceController({ kinds: world.kinds, log: recordingLog() })] as never;
  await using _running = await runManager(world.client(), { controllers });
  const environment = await openEnvironment(client, { leaseSeconds: 2 });
  const { namespace } = environment;
  const own = { none: 0, short: 1, long: 30 };
  for (const [name, terminationGracePeriodSeconds] of Object.entries(own)) {
    await client.create({
      ...CONTAINER,
      metadata: { namespace, name, finalizers: ['example.com/held'] },
      spec: { image: 'a', terminationGracePeriodSeconds },
    } as never);
  }
  const down = environment[Symbol.asyncDispose]();
  const list = async (): Promise<readonly Container[]> =>
    (await client.list<Container>(CONTAINER, { namespace })).items;
  await eventually('all are being deleted', async () =>
    (await list()).every(({ metadata }) => metadata.deletionTimestamp !== undefined),
  );
  const asked = (await list()).map(({ metadata }) => [metadata.name, metadata.deletionGracePeriodSeconds]);
  // 0 says nothing: its own counts
  t.deepEqual(Object.fromEntries(asked), { none: 0, short: 0, long: 2 });
  for (const name of Object.keys(own)) {
    await client.patch({ ...CONTAINER, namespace, name }, { metadata: { finalizers: null } }, { type: 'merge' });
  }
  await t.notThrowsAsync(down);
});

test('whoever has it is told when somebody else deletes it', async (t) => {
  await using world = await openApiWorld();
  const client = world.plainClient('someone');
  const controllers = [createNamespaceController({ kinds: world.kinds, log: recordingLog() })] as never;
  await using _running = await runManager(world.client(), { controllers });
  await using environment = await openEnvironment(client, { leaseSeconds: 2 });
  await client.delete({ ...NAMESPACE, name: environment.namespace });
  await eventually('it is told', () => environment.lost.aborted);
  t.regex(String(environment.lost.reason), /was deleted by somebody else/);
});

test('names that begin no namespace are refused', async (t) => {
  await using world = await openApiWorld();
  const client = world.plainClient('someone');
  for (const name of ['', 'A', '-a', 'a-', 'a.b', 'x'.repeat(58)])
    await t.throwsAsync(openEnvironment(client, { name }), { name: 'RangeError' }, name);
  await t.throwsAsync(openEnvironment(client, { leaseSeconds: 0 }), { name: 'RangeError' });
});

interface State {
  readonly reason?: string;
  readonly phase?: string;
  readonly stalled?: boolean;
}

test('one that runs once is waited for until it has ended; one that fails ends the waiting, also after it was ready', async (t) => {
  await using world = await openApiWorld();
  const client = await world.httpClient();
  const make = async (name: string, spec: object): Promise<void> => {
    await client.create({
      ...CONTAINER,
      metadata: { namespace: 'default', name },
      spec: { image: 'a', ...spec },
    } as never);
  };
  const set = async (name: string, { reason = 'Ready', phase = 'Running', stalled = false }: State): Promise<void> => {
    const object = await client.get<Container>({ ...CONTAINER, namespace: 'default', name });
    const lastTransitionTime = '2026-01-01T00:00:00Z';
    const condition = (type: string, status: string): object => ({
      type,
      status,
      reason,
      message: reason,
      lastTransitionTime,
    });
    const conditions = [
      condition('Ready', stalled ? 'False' : 'True'),
      ...(stalled ? [condition('Stalled', 'True')] : []),
    ];
    await client.updateStatus({ ...object, status: { observedGeneration: 1, phase, conditions } } as never);
  };
  await make('serves', { restartPolicy: 'Never', ports: [{ containerPort: 80 }] });
  await make('once', { restartPolicy: 'OnFailure' });
  const refs = ['serves', 'once'].map((name) => ({ ...CONTAINER, namespace: 'default', name }));
  const current: string[] = [];
  const wait = (): ReturnType<typeof awaitCurrent> =>
    awaitCurrent(client, refs, { timeoutMs: 20_000, onCurrent: ({ name }) => current.push(name) });
  const waiting = wait();
  await set('once', {});
  await set('serves', {});
  await eventually('the one that serves is ready', () => current.length > 0);
  t.deepEqual(current, ['serves']);
  await set('once', { phase: 'Succeeded', reason: 'Completed' });
  t.deepEqual(await waiting, { type: 'current' });
  t.deepEqual(current, ['serves', 'once']);

  await set('once', {});
  const failing = wait();
  await eventually('the one that serves is ready', () => current.length > 2);
  await set('serves', { stalled: true, reason: 'Failed', phase: 'Failed' });
  t.like(await failing, { type: 'failed', failed: { message: 'Failed', ref: { name: 'serves' } } });
  t.like(await awaitCurrent(client, refs.slice(1), { timeoutMs: 50 }), { type: 'timeout' });
});

test('variables have the names of containers and ports', (t) => {
  const metadata = { name: 'shop-db', uid: '', resourceVersion: '', creationTimestamp: '' };
  const ports = [
    { name: 'sql', containerPort: 5432, hostPort: 40_001, hostIP: '127.0.0.1', protocol: 'TCP' },
    { containerPort: 53, hostPort: 40_002, hostIP: 'fd00::1', protocol: 'UDP' },
  ];
  const container = { ...CONTAINER, metadata, spec: { image: 'a' }, status: { ip: '10.0.0.2', ports } } as Container;
  t.deepEqual(containerVariables(container), {
    TSMOBY_IP_SHOP_DB: '10.0.0.2',
    TSMOBY_PORT_SHOP_DB_SQL: '40001',
    TSMOBY_ADDRESS_SHOP_DB_SQL: '127.0.0.1:40001',
    TSMOBY_PORT_SHOP_DB_5432: '40001',
    TSMOBY_ADDRESS_SHOP_DB_5432: '127.0.0.1:40001',
    TSMOBY_PORT_SHOP_DB_53: '40002',
    TSMOBY_ADDRESS_SHOP_DB_53: '[fd00::1]:40002',
  });
});
