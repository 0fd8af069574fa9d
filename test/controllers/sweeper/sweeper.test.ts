import test from 'ava';
import type { InstanceSpec } from '../../../runtime/ports/containers.ts';
import type { NetworkSpec } from '../../../runtime/ports/networks.ts';
import { ContainerWorld, VOLUME } from '../../support/container-world.ts';
import { ManualTime } from '../../support/manual-time.ts';
import { createBuild, giveResult } from '../container/build-world.ts';

const uid = (number: number): string => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;

/** No two have the same addresses. */
function leftNetwork(owner: string): NetworkSpec {
  const subnets = [{ subnet: `10.20.${Number(owner.slice(-3))}.0/24`, gateway: `10.20.${Number(owner.slice(-3))}.1` }];
  return { uid: owner, namespace: 'x', name: 'x', driver: 'bridge', subnets, internal: false };
}

/** Everything that a Container, a Network, a Volume and a Build of this uid would leave behind. */
async function leave({ runtime, controls }: ContainerWorld, owner: string): Promise<void> {
  const [template] = controls.instanceIds().map((id) => controls.instance(id)?.spec);
  const spec = { ...template, id: `${owner}-1`, owner: { ...template?.owner, uid: owner } } as InstanceSpec;
  await runtime.containers.create(spec);
  await runtime.logs.open({ log: owner, run: 0 }, { maxBytes: 1000, maxFiles: 1 });
  await runtime.sandboxes.ensure({ id: `${owner}.0`, ownerUid: owner, mode: 'none', hostname: 'x' });
  await runtime.publications.publish({
    owner: { uid: owner, namespace: 'x', name: 'x' },
    sandbox: owner,
    names: [],
    ready: true,
    ports: [],
  });
  await runtime.networks.ensure(leftNetwork(owner));
  await runtime.volumes.project(`${owner}.config`, []);
  await runtime.volumes.ensureScratch(owner, 'cache');
  await runtime.volumes.ensureTmpfs({ namespace: 'x', name: 'x', uid: owner });
  await runtime.buildContexts.prepare(`${owner}/named`, { type: 'inline', files: [] });
  const log = await runtime.buildLogs.open({ log: owner, number: 1 });
  await log.close();
}

const mounts = {
  volumes: [
    { name: 'config', configMap: { name: 'config' } },
    { name: 'cache', emptyDir: {} },
    { name: 'data', volume: { name: 'data' } },
  ],
  volumeMounts: [
    { name: 'config', mountPath: '/config' },
    { name: 'cache', mountPath: '/cache' },
    { name: 'data', mountPath: '/data' },
  ],
};

async function living(time: ManualTime): Promise<ContainerWorld> {
  const world = await ContainerWorld.open({ time, sweeper: true });
  const metadata = (name: string) => ({ name, namespace: 'default' });
  await world.user.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: metadata('config') });
  await world.user.create({ ...VOLUME, metadata: metadata('data'), spec: { tmpfs: {} } } as never);
  for (let number = 1; number <= 5; number += 1) await world.apply(`web-${number}`, mounts);
  for (let number = 1; number <= 5; number += 1) await world.running(`web-${number}`);
  return world;
}

test('nothing of living objects is touched', async (t) => {
  const time = new ManualTime();
  await using world = await living(time);
  await world.quiet();
  const before = await world.holdings();
  t.true(before.length > 20);
  world.controls.resetCounters();
  await time.pass(1_300_000);
  await world.quiet();
  t.true((world.controls.calls.get('containers.sweep') ?? 0) >= 2);
  t.is(world.controls.mutations, 0);
  t.deepEqual(await world.holdings(), before);
});

test('what belongs to no object is removed, soon after the runtime is there and every ten minutes', async (t) => {
  const time = new ManualTime();
  await using world = await living(time);
  await time.pass(6000);
  const before = await world.holdings();
  await leave(world, uid(1));
  t.true((await world.holdings()).length > before.length);
  await time.pass(600_000);
  await world.eventually('it is gone', async () => (await world.holdings()).length === before.length);
  await leave(world, uid(2));
  world.controls.setUnavailable(true);
  await time.pass(2000);
  world.controls.setUnavailable(false);
  await time.pass(6000);
  await world.eventually('it is gone', async () => (await world.holdings()).length === before.length);
  t.deepEqual((await world.holdings()).toSorted(), before.toSorted());
});

test('where more than half would go, nothing does, and an Event says so', async (t) => {
  const time = new ManualTime();
  await using world = await living(time);
  await time.pass(6000);
  for (let number = 1; number <= 7; number += 1) await leave(world, uid(number));
  const before = await world.holdings();
  await world.user
    .create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'kube-system' } })
    .catch(() => undefined);
  await time.pass(600_000);
  await time.pass(1000);
  t.deepEqual(
    (await world.holdings()).filter((what) => !what.startsWith('tmpfs')),
    before.filter((what) => !what.startsWith('tmpfs')),
  );
  const { items } = await world.user.list({ apiVersion: 'v1', kind: 'Event' }, {});
  const told = items as readonly { readonly reason?: string; readonly message?: string }[];
  t.true(
    told.some(({ reason, message }) => reason === 'TooManyDifferences' && /7 of 12 containers/.test(message ?? '')),
  );
});

test('three or fewer go, also when they are all there are', async (t) => {
  const time = new ManualTime();
  await using world = await ContainerWorld.open({ time, sweeper: true });
  await world.apply('web');
  await world.running('web');
  for (let number = 1; number <= 3; number += 1) await leave(world, uid(number));
  await world.delete('web');
  await world.gone('web');
  await time.pass(600_000);
  await world.eventually('nothing is left', async () => (await world.holdings()).length === 0);
  t.pass();
});

test('one thing that cannot be removed does not keep the others', async (t) => {
  const time = new ManualTime();
  await using world = await living(time);
  await time.pass(6000);
  const before = await world.holdings();
  await leave(world, uid(1));
  world.controls.failNext('containers.delete', new Error('busy'));
  world.controls.failNext('logs.list', new Error('no answer'));
  await time.pass(600_000);
  await world.eventually('the rest is gone', async () => (await world.holdings()).length === before.length + 2);
  await time.pass(600_000);
  await world.eventually('all is gone', async () => (await world.holdings()).length === before.length);
  t.pass();
});

test('results of a Build that is gone are removed, and those of one that is there stay', async (t) => {
  const time = new ManualTime();
  await using world = await living(time);
  await time.pass(6000);
  await createBuild(world, 'app');
  for (const number of [1, 2]) await giveResult(world, 'app', number);
  const kept = await world.holdings();
  const owner = { kind: 'Build', namespace: 'default', name: 'gone', uid: uid(9) };
  world.controls.addResult('sha256:gone');
  const request = { name: `tsmoby.dev/build/${uid(9)}/1`, owner, labels: {}, platform: 'linux/amd64' };
  await world.runtime.images.receive(
    request,
    () => Promise.resolve({ digest: 'sha256:gone' }),
    () => undefined,
  );
  t.is((await world.holdings()).length, kept.length + 1);
  await time.pass(600_000);
  await world.eventually('it is gone', async () => (await world.holdings()).length === kept.length);
  t.deepEqual(await world.holdings(), kept);
});
