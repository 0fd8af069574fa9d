import test from 'ava';
import type { Client } from '../../../client/client.ts';
import { createLeasedNamespaces } from '../../../controllers/leased-namespace/index.ts';
import { LEASE_ANNOTATION } from '../../../schemas/annotations.ts';
import type { Lease } from '../../../schemas/gen/types.ts';
import type { KubeObject } from '../../../schemas/object.ts';
import { openApiWorld, type ApiWorld } from '../../support/api-world.ts';
import { ENGINE_CLIENTS } from '../../support/engine-clients.ts';
import { eventually } from '../../support/eventually.ts';
import { ManualTime } from '../../support/manual-time.ts';
import { runManager, type RunningManager } from '../../support/run-manager.ts';

const NAMESPACE = { apiVersion: 'v1', kind: 'Namespace' } as const;
const LEASE = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease' } as const;

const createNamespace = (client: Client, name: string, lease?: string): Promise<KubeObject> =>
  client.create({
    ...NAMESPACE,
    metadata: { name, ...(lease === undefined ? {} : { annotations: { [LEASE_ANNOTATION]: lease } }) },
  });

const renewTime = (at: number): string => new Date(at).toISOString().replace('Z', '000Z');

const createLease = (client: Client, namespace: string, seconds: number): Promise<Lease> =>
  client.create<Lease>({
    ...LEASE,
    metadata: { namespace, name: 'held' },
    spec: { holderIdentity: 'job', leaseDurationSeconds: seconds, renewTime: renewTime(0) },
  });

const renew = (client: Client, namespace: string, at: number): Promise<KubeObject> =>
  client.patch({ ...LEASE, namespace, name: 'held' }, { spec: { renewTime: renewTime(at) } }, { type: 'merge' });

/** Those that tests made and that nobody has begun to delete. */
const living = async (client: Client): Promise<string> =>
  (await client.list(NAMESPACE)).items
    .filter(({ metadata }) => /^[a-z]$/.test(metadata.name) && metadata.deletionTimestamp === undefined)
    .map(({ metadata }) => metadata.name)
    .join('');

async function standStill(): Promise<{ readonly world: ApiWorld; readonly time: ManualTime; readonly user: Client }> {
  const world = await openApiWorld();
  return { world, time: new ManualTime(), user: world.plainClient('someone') };
}

/** `wall`: what the daemon's clock tells; default: the time that passes. */
const run = (world: ApiWorld, time: ManualTime, wall = () => time.now()): Promise<RunningManager> =>
  runManager(world.client(), {
    runnables: [createLeasedNamespaces({ kinds: world.kinds, monotonic: () => time.now() })],
    clock: { now: wall },
    timers: time,
  });

for (const [name, openClient] of Object.entries(ENGINE_CLIENTS)) {
  test(`${name}: a namespace goes when its lease is not renewed, others stay`, async (t) => {
    await using world = await openApiWorld();
    const user = world.plainClient('someone');
    await createNamespace(user, 'a', 'held');
    await createLease(user, 'a', 1);
    await createNamespace(user, 'b');
    await createLease(user, 'b', 1);
    await createNamespace(user, 'c', '');
    await using _running = await runManager(await openClient(world), {
      runnables: [createLeasedNamespaces({ kinds: world.kinds })],
    });
    await eventually('a is gone', async () => (await living(user)) === 'bc');
    t.pass();
  });
}

test('it lives for as long as the lease is renewed, and not much longer', async (t) => {
  const { world, time, user } = await standStill();
  await using _world = world;
  await createNamespace(user, 'a', 'held');
  await createLease(user, 'a', 15);
  await using _running = await run(world, time);
  for (let at = 1; at < 20; at += 1) {
    await time.pass(14_000);
    await renew(user, 'a', at);
    await time.pass(0);
  }
  t.is(await living(user), 'a');
  await time.pass(14_000);
  t.is(await living(user), 'a');
  await time.pass(3000);
  await eventually('it is gone', async () => (await living(user)) === '');
});

test('what a lease says of the time, and what the daemon takes for the time, does not matter', async (t) => {
  const { world, time, user } = await standStill();
  await using _world = world;
  await createNamespace(user, 'a', 'held');
  await createLease(user, 'a', 15);
  let wall = Date.parse('2026-01-01T00:00:00Z');
  await using _running = await run(world, time, () => wall);
  await time.pass(10_000);
  wall += 1e10;
  await time.pass(1000);
  t.is(await living(user), 'a', 'a clock that jumps ahead ends nothing');
  wall -= 2e10;
  await time.pass(7000);
  await eventually('one that jumps back keeps nothing', async () => (await living(user)) === '');
});

test('a lease that is not there yet, or any more, counts as one that is not renewed', async (t) => {
  const { world, time, user } = await standStill();
  await using _world = world;
  await using _running = await run(world, time);
  await createNamespace(user, 'a', 'held');
  await createNamespace(user, 'b', 'held');
  await time.pass(10_000);
  await createLease(user, 'a', 20);
  await time.pass(0);
  await time.pass(10_000);
  await eventually('b is gone', async () => (await living(user)) === 'a');
  await user.delete({ ...LEASE, namespace: 'a', name: 'held' });
  await time.pass(14_000);
  t.is(await living(user), 'a');
  await time.pass(3000);
  await eventually('a is gone', async () => (await living(user)) === '');
});

test('a new daemon gives the holder the whole time once more', async (t) => {
  const { world, time, user } = await standStill();
  await using _world = world;
  await createNamespace(user, 'a', 'held');
  await createLease(user, 'a', 15);
  {
    await using _running = await run(world, time);
    await time.pass(14_000);
  }
  await time.pass(3_600_000);
  await using _running = await run(world, time);
  await time.pass(14_000);
  await renew(user, 'a', 1);
  await time.pass(0);
  await time.pass(14_000);
  t.is(await living(user), 'a');
  await time.pass(3000);
  await eventually('a is gone', async () => (await living(user)) === '');
});

test('taking the annotation off keeps it, and what waits costs one timer and no call', async (t) => {
  const { world, time, user } = await standStill();
  await using _world = world;
  await createNamespace(user, 'a', 'held');
  await createLease(user, 'a', 15);
  await using running = await run(world, time);
  await time.pass(5000);
  t.is(time.timers, 1);
  t.deepEqual(running.client.writes, []);
  await user.patch({ ...NAMESPACE, name: 'a' }, { metadata: { annotations: null } }, { type: 'merge' });
  await time.pass(60_000);
  t.is(await living(user), 'a');
  t.deepEqual(running.client.writes, []);
});
