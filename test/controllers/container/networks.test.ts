/** Interfaces, names and ports of Containers, over a real API server with the runtime in memory. */
import test from 'ava';
import { probeKey } from '../../../controllers/container/probe-keys.ts';
import type { Container, ContainerSpec } from '../../../schemas/gen/types.ts';
import type { ObjectInput } from '../../../schemas/object.ts';
import { conditionOf, ContainerWorld, isReady, ref } from '../../support/container-world.ts';
import { ManualTime } from '../../support/manual-time.ts';

const NETWORK = { apiVersion: 'tsmoby.dev/v1alpha1', kind: 'Network' } as const;

const network = (world: ContainerWorld, name: string, spec: object = {}) =>
  world.user.apply({ ...NETWORK, metadata: { namespace: 'default', name }, spec } as ObjectInput, {
    fieldManager: 'test',
  });

const publicationOf = (world: ContainerWorld, { metadata }: Container) =>
  world.runtime.publications.records.get(metadata.uid)?.publication;

const port = (containerPort: number, hostPort: number) => ({ containerPort, hostPort, protocol: 'TCP' as const });

test('a Container is in the network of its namespace unless it says otherwise, with an address that status tells', async (t) => {
  await using world = await ContainerWorld.open();
  await world.apply('web');
  const { status, metadata } = await world.running('web');
  t.is(status?.networks?.length, 1);
  t.like(status?.networks?.[0], { name: 'default', interface: 'eth0' });
  t.is(status?.ip, status?.networks?.[0]?.ips?.[0]);
  t.regex(status?.ip ?? '', /^10\./);
  t.deepEqual(await world.runtime.sandboxes.list(), [`${metadata.uid}.0`]);
  const id = world.only(await world.get('web'));
  t.is(world.controls.instance(id)?.spec.sandbox.mode, 'cni');
});

for (const [title, spec, mode] of [
  ['hostNetwork', { hostNetwork: true }, 'host'],
  ['networkMode none', { networkMode: 'none' }, 'none'],
] as const) {
  test(`${title}: no interface, no address, nothing published`, async (t) => {
    await using world = await ContainerWorld.open();
    await world.apply('web', spec);
    const web = await world.running('web');
    t.is(web.status?.networks, undefined);
    t.is(web.status?.ip, undefined);
    t.is(publicationOf(world, web), undefined);
    t.is(world.controls.instance(world.only(web))?.spec.sandbox.mode, mode);
  });
}

test('networks come and go under the same process', async (t) => {
  await using world = await ContainerWorld.open();
  await network(world, 'back');
  await world.apply('web', { networks: [{ name: 'default' }] });
  const before = await world.running('web');
  await world.apply('web', { networks: [{ name: 'default' }, { name: 'back', aliases: ['db'] }] });
  const both = await world.until('has two interfaces', 'web', ({ networks }) => networks?.length === 2);
  t.is(both.status?.pid, before.status?.pid);
  t.is(both.status?.ip, before.status?.ip);
  t.deepEqual(
    publicationOf(world, both)?.names.map(({ names }) => names),
    [['web'], ['web', 'db']],
  );
  await world.apply('web', { networks: [{ name: 'back' }] });
  const moved = await world.until('has one interface', 'web', ({ networks }) => networks?.length === 1);
  t.is(moved.status?.pid, before.status?.pid);
  t.like(moved.status?.networks?.[0], { name: 'back', interface: 'eth1' });
});

test('a network that is not there is waited for before the start, and is no reason to end what runs', async (t) => {
  await using world = await ContainerWorld.open();
  await world.apply('web', { networks: [{ name: 'late' }] });
  await world.until('waits', 'web', (_, object) => conditionOf(object, 'Ready')?.reason === 'NetworkNotFound');
  t.is(world.controls.instanceIds().length, 0);
  await network(world, 'late');
  const running = await world.running('web');
  await world.apply('web', { networks: [{ name: 'late' }, { name: 'never' }] });
  const waiting = await world.until('waits again', 'web', (_, object) => !isReady(object));
  t.like(conditionOf(waiting, 'NetworksAttached'), { status: 'False', reason: 'NetworkNotFound' });
  t.is(waiting.status?.pid, running.status?.pid);
  await network(world, 'never');
  const healed = await world.running('web', ({ networks }) => networks?.length === 2);
  t.is(healed.status?.pid, running.status?.pid);
  t.is(conditionOf(healed, 'NetworksAttached'), undefined);
});

test('an address that is asked for is had; one that another has is waited for', async (t) => {
  const time = new ManualTime();
  await using world = await ContainerWorld.open({ time });
  await network(world, 'back', { subnets: [{ subnet: '10.9.0.0/24' }] });
  await world.apply('a', { networks: [{ name: 'back', ip: '10.9.0.7' }] });
  t.is((await world.running('a')).status?.ip, '10.9.0.7');
  await world.apply('b', { networks: [{ name: 'back', ip: '10.9.0.7' }] });
  const waits = await world.until('waits', 'b', (_, object) => conditionOf(object, 'Ready')?.reason === 'AddressTaken');
  t.regex(conditionOf(waits, 'Ready')?.message ?? '', /belongs to Container default\/a$/);
  await world.apply('c', { networks: [{ name: 'back', ip: '10.77.0.7' }] });
  await world.until('is stalled', 'c', (_, object) => conditionOf(object, 'Stalled')?.reason === 'AddressOutside');
  await world.delete('a');
  await world.gone('a');
  const b = await world.until('has it', 'b', (status, object) => isReady(object) && status.ip === '10.9.0.7', 1000);
  t.is(b.status?.ip, '10.9.0.7');
});

test('restart, crash and a new daemon keep address and ports, and make no call for them', async (t) => {
  await using world = await ContainerWorld.open();
  await world.apply('web', { ports: [port(80, 0)] });
  const before = await world.running('web', ({ ports }) => ports?.length === 1);
  const sandboxes = { ...before.status, pid: undefined };
  world.controls.exitTask(world.only(before), 1);
  const again = await world.running('web', ({ restartCount }) => restartCount === 1);
  t.deepEqual(again.status?.networks, sandboxes.networks);
  t.deepEqual(again.status?.ports, sandboxes.ports);
  await world.stop();
  world.controls.resetCounters();
  await world.start();
  await world.quiet();
  t.is(world.controls.mutations, 0);
  t.deepEqual((await world.get('web')).status?.networks, sandboxes.networks);
});

test('ports are published, picked where 0 is asked for, and change under the same process', async (t) => {
  await using world = await ContainerWorld.open();
  const ports: ContainerSpec['ports'] = [
    { name: 'http', ...port(80, 8080) },
    { ...port(81, 0), hostIP: '127.0.0.1' },
    { containerPort: 7000, endPort: 7002, hostPort: 9000, protocol: 'UDP' },
    { containerPort: 22, protocol: 'TCP' },
  ];
  await world.apply('web', { ports });
  const web = await world.running('web', (status) => status.ports?.length === 3);
  const [http, picked, range] = web.status?.ports ?? [];
  t.deepEqual(http, { name: 'http', hostPort: 8080, containerPort: 80, protocol: 'TCP' });
  t.like(picked, { hostIP: '127.0.0.1', containerPort: 81 });
  t.true((picked?.hostPort ?? 0) > 1023);
  t.deepEqual(range, { hostPort: 9000, containerPort: 7000, endPort: 7002, protocol: 'UDP' });
  t.is(conditionOf(web, 'PortsPublished')?.status, 'True');
  await world.apply('web', { ports: [port(80, 8081)] });
  const moved = await world.until('moved', 'web', (status) => status.ports?.[0]?.hostPort === 8081);
  t.is(moved.status?.pid, web.status?.pid);
  await world.apply('web', {});
  const none = await world.until('none', 'web', (status) => status.ports === undefined);
  t.is(conditionOf(none, 'PortsPublished'), undefined);
});

test('a port that a stranger has is told with who has it, keeps the others, and is had when it is free', async (t) => {
  const time = new ManualTime();
  await using world = await ContainerWorld.open({ time });
  world.controls.occupyPort(8080, 'nginx (pid 4711)');
  await world.apply('web', { ports: [port(80, 8080), port(81, 8081)] });
  const web = await world.until('says so', 'web', (_, object) => conditionOf(object, 'PortsPublished') !== undefined);
  t.like(conditionOf(web, 'PortsPublished'), { status: 'False', reason: 'PortTaken' });
  t.regex(conditionOf(web, 'PortsPublished')?.message ?? '', /nginx \(pid 4711\)/);
  t.like(conditionOf(web, 'Ready'), { status: 'False', reason: 'PortTaken' });
  t.deepEqual(
    web.status?.ports?.map(({ hostPort }) => hostPort),
    [8081],
  );
  t.truthy(web.status?.pid);
  world.controls.freePort(8080);
  const healed = await world.until(
    'has it',
    'web',
    (status, object) => isReady(object) && status.ports?.length === 2,
    500,
  );
  t.is(healed.status?.pid, web.status?.pid);
  t.true((await world.events('web')).includes('PortTaken'));
});

test('a port that is lost to a stranger under a running process is told at once, and had again when it is free', async (t) => {
  const time = new ManualTime();
  await using world = await ContainerWorld.open({ time });
  await world.apply('web', { ports: [port(80, 8080)] });
  const web = await world.until('serves', 'web', (_, object) => isReady(object));
  world.controls.losePort(8080, 'nginx (pid 4711)');
  const lost = await world.until('says so', 'web', (_, object) => !isReady(object));
  t.like(conditionOf(lost, 'PortsPublished'), { status: 'False', reason: 'PortTaken' });
  t.regex(conditionOf(lost, 'PortsPublished')?.message ?? '', /nginx \(pid 4711\)/);
  world.controls.freePort(8080);
  const healed = await world.until('has it', 'web', (_, object) => isReady(object), 500);
  t.is(healed.status?.pid, web.status?.pid);
});

test('its names have no address while nothing runs, and go with the object', async (t) => {
  const time = new ManualTime();
  await using world = await ContainerWorld.open({ time });
  await world.apply('web');
  const web = await world.running('web');
  t.true(publicationOf(world, web)?.ready);
  for (const crash of [1, 2]) {
    world.controls.exitTask(world.only(web), 1);
    await world.until('crashed', 'web', ({ crashCount }) => crashCount === crash, 1);
  }
  await world.eventually('no address', () => publicationOf(world, web)?.ready === false, 1);
  await world.running('web');
  await world.eventually('again', () => publicationOf(world, web)?.ready === true);
  await world.delete('web');
  await world.gone('web');
  t.is(publicationOf(world, web), undefined);
  t.deepEqual(await world.runtime.sandboxes.list(), []);
});

test('a pass with nothing to do costs nothing', async (t) => {
  await using world = await ContainerWorld.open();
  await world.apply('web', { ports: [port(80, 0)], networks: [{ name: 'default', aliases: ['www'] }] });
  await world.running('web');
  t.deepEqual(await world.costOfNothing(), []);
});

test('a namespace without a network for everybody gives none', async (t) => {
  await using world = await ContainerWorld.open();
  const namespace = { apiVersion: 'v1', kind: 'Namespace', name: 'default' };
  const annotations = { 'tsmoby.dev/default-network': 'disabled' };
  await world.user.patch(namespace, { metadata: { annotations } }, { type: 'merge' });
  await world.apply('web');
  const web = await world.running('web');
  t.deepEqual(web.status?.networks, []);
  t.is(web.status?.ip, undefined);
  t.is(ref(NETWORK, 'default').name, 'default');
});

test('while another image is waited for, the process that runs keeps its probes, ports and networks', async (t) => {
  const time = new ManualTime();
  await using world = await ContainerWorld.open({ time });
  await network(world, 'back');
  const probe = (path: string) => ({ httpGet: { port: 80, path }, periodSeconds: 5 });
  await world.apply('web', { ports: [port(80, 8080)], livenessProbe: probe('/alive') });
  const web = await world.running('web');
  const key = probeKey(world.only(web), 'liveness');
  t.true(world.runtime.probes.list().includes(key));
  await world.apply('web', {
    image: 'never:1',
    ports: [port(81, 8080)],
    networks: [{ name: 'back' }],
    livenessProbe: { ...probe('/next'), failureThreshold: 1 },
  });
  await world.until('waits', 'web', (_, object) => conditionOf(object, 'Ready')?.reason === 'ErrImagePull', 1000);
  await time.pass(60_000);
  await world.quiet();
  t.true(world.runtime.probes.list().includes(key));
  const waiting = await world.get('web');
  t.is(waiting.status?.pid, web.status?.pid);
  t.deepEqual(waiting.status?.networks, web.status?.networks);
  t.like(publicationOf(world, waiting), { ready: true, ports: [{ containerPort: 80, hostPort: 8080 }] });
});

test('a network that is to go stays usable for whoever is in it', async (t) => {
  await using world = await ContainerWorld.open();
  await network(world, 'back');
  await world.apply('web', { networks: [{ name: 'back' }] });
  const before = await world.running('web');
  await world.user.delete(ref(NETWORK, 'back'));
  await world.quiet();
  world.controls.exitTask(world.only(before), 1);
  const again = await world.running('web', ({ restartCount }) => restartCount === 1);
  t.is(again.status?.ip, before.status?.ip);
  t.is(conditionOf(again, 'NetworksAttached'), undefined);
  await world.apply('late', { networks: [{ name: 'back' }] });
  await world.until('waits', 'late', (_, object) => conditionOf(object, 'Ready')?.reason === 'NetworkNotFound');
});

test('its names have no address from before it is asked to stop', async (t) => {
  const time = new ManualTime();
  await using world = await ContainerWorld.open({ time });
  await world.apply('web', { lifecycle: { preStop: { sleep: { seconds: 5 } } }, terminationGracePeriodSeconds: 20 });
  const web = await world.running('web');
  await world.delete('web');
  await world.eventually('no address', () => publicationOf(world, web)?.ready === false, 10);
  t.truthy(world.controls.instance(world.only(web))?.task);
  await world.gone('web');
});

test('a taken port hides no failing probe, and neither is told again and again', async (t) => {
  const time = new ManualTime();
  await using world = await ContainerWorld.open({ time });
  world.controls.occupyPort(8080, 'nginx');
  await world.apply('web', { ports: [port(80, 8080)], readinessProbe: { tcpSocket: { port: 80 } } });
  const early = await world.until('runs', 'web', ({ state }) => state?.running);
  world.controls.answerProbe(probeKey(world.only(early), 'readiness'), 'failure', 'connection refused');
  const web = await world.until(
    'tells both',
    'web',
    (_, object) => /nginx.*connection refused/.test(conditionOf(object, 'Ready')?.message ?? ''),
    1000,
  );
  t.is(conditionOf(web, 'Ready')?.reason, 'PortTaken');
  await time.pass(60_000);
  await world.quiet();
  const { resourceVersion } = (await world.get('web')).metadata;
  await time.pass(60_000);
  await world.quiet();
  t.is((await world.get('web')).metadata.resourceVersion, resourceVersion);
  t.is((await world.events('web')).filter((reason) => reason === 'Unhealthy').length, 1);
});

test('what ran to its end lets go of its ports, and says no more how it is reached', async (t) => {
  await using world = await ContainerWorld.open({ program: () => ({ steps: [{ type: 'wait' }] }) });
  await world.apply('job', { ports: [port(80, 8080)], restartPolicy: 'Never' });
  const before = await world.running('job', (status) => status.ports !== undefined);
  t.true(world.runtime.publications.records.has(before.metadata.uid));
  world.controls.exitTask(world.only(before), 0);
  const over = await world.until('is over', 'job', ({ phase, ports }) => phase === 'Succeeded' && ports === undefined);
  t.deepEqual(
    over.status?.conditions?.map(({ type }) => type).filter((type) => type !== 'RolledOut'),
    ['Ready'],
  );
  t.false(world.runtime.publications.records.has(over.metadata.uid));
  t.deepEqual(await world.costOfNothing(), []);
});
