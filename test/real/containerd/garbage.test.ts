import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import test from 'ava';
import { imageLease } from '../../../runtime/containerd/images/lease.ts';
import { shimSocket } from '../../../runtime/containerd/containers/shim-socket.ts';
import { startContainerd, type TestContainerd } from '../../support/containerd.ts';
import { openWorld, rootOf, type ContainerdWorld } from '../../support/containerd-world.ts';
import { inBatches, instanceSpec } from '../../suites/containers.ts';
import { eventually } from '../../support/eventually.ts';

let daemon: TestContainerd;

test.before(async () => {
  daemon = await startContainerd();
});

test.after.always(async () => {
  await daemon[Symbol.asyncDispose]();
});

const FOREVER = ['sleep', 'infinity'];

/** The collector, as often as it can, until disposed. */
function collecting(world: ContainerdWorld): AsyncDisposable {
  const stop = new AbortController();
  const running = (async () => {
    while (!stop.signal.aborted) await world.collectGarbage();
  })();
  return {
    [Symbol.asyncDispose]: async () => {
      stop.abort();
      await running;
    },
  };
}

test('fifty instances, eight at once, start while the collector never stops', async (t) => {
  await using world = await openWorld(daemon);
  const { containers } = world.containerd;
  const image = await world.loadBusybox();
  const ids = Array.from({ length: 50 }, (_, n) => `gc-${n}`);
  {
    await using _ = collecting(world);
    await inBatches(ids, 8, async (id) => {
      await containers.create(instanceSpec(id, rootOf(image), FOREVER));
      await world.collectGarbage();
      await containers.start(id, await world.stdio(id));
    });
  }
  const running = (await containers.list()).filter(({ task }) => task?.status === 'running');
  t.is(running.length, ids.length);
  await inBatches(ids, 8, (id) => containers.delete(id));
  t.deepEqual(await containers.list(), []);
});

test('an instance keeps its image: it starts and restarts after the image was deleted', async (t) => {
  await using world = await openWorld(daemon);
  const { containers, images } = world.containerd;
  const image = await world.loadBusybox();
  await containers.create(instanceSpec('kept', rootOf(image), FOREVER));
  await images.delete(image.name);
  await world.collectGarbage();
  await containers.start('kept', await world.stdio('kept'));
  t.true(await images.verify(image), 'manifest, configuration, layers and chain are all there');
  await containers.kill('kept', 9);
  await eventually('it stops', async () => (await containers.get('kept'))?.task?.status === 'stopped');
  await containers.deleteTask('kept');
  // Another instance of the same owner (a Recreate) needs the chain, too.
  await containers.create(instanceSpec('kept-2', rootOf(image), FOREVER));
  await containers.delete('kept');
  await world.collectGarbage();
  await containers.start('kept-2', await world.stdio('kept-2'));
  t.is((await containers.get('kept-2'))?.task?.status, 'running');
});

test('nothing is left of an image and its last instance', async (t) => {
  await using world = await openWorld(daemon);
  const { containers, images } = world.containerd;
  const image = await world.loadBusybox();
  await containers.create(instanceSpec('last', rootOf(image), FOREVER));
  await containers.delete('last');
  await images.delete(image.name);
  t.deepEqual(await remains(world), { blobs: [], snapshots: [], leases: [], ingests: [] });
});

test('nothing is left of an image that was deleted before its last instance, without a call of ours for the collector', async (t) => {
  await using world = await openWorld(daemon);
  const { containers, images } = world.containerd;
  const image = await world.loadBusybox();
  const ids = ['one', 'two', 'three'];
  await inBatches(ids, 3, (id) => containers.create(instanceSpec(id, rootOf(image), FOREVER)));
  await images.delete(image.name);
  t.true((await remains(world)).snapshots.includes(image.chainId), 'the instances need it');
  await inBatches(ids, 3, (id) => containers.delete(id));
  t.deepEqual(await remains(world), { blobs: [], snapshots: [], leases: [], ingests: [] });
});

test('what a killed process did not come to have collected goes with the first sweep of the next', async (t) => {
  await using world = await openWorld(daemon);
  const image = await world.loadBusybox();
  await world.services.images.delete({ name: image.name });
  t.true((await remains(world)).snapshots.includes(image.chainId), 'containerd is in no hurry');
  const next = await world.reconnect();
  t.deepEqual(await next.containers.sweep(), []);
  t.deepEqual(await remains(world), { blobs: [], snapshots: [], leases: [], ingests: [] });
});

test('nothing is left of a pull that was never finished, when its image is deleted', async (t) => {
  await using world = await openWorld(daemon);
  const { images } = world.containerd;
  const { digest, name } = await world.loadBusybox();
  const { services } = world;
  // As a killed daemon leaves it: the lease of the image's pull, and no record.
  const id = imageLease('unfinished');
  await services.leases.create({ id, labels: { 'tsmoby.dev/store': world.facts.storeIdentity } });
  await services.leases.addResource({ id, resource: { id: digest, type: 'content' } });
  await images.delete(name);
  t.true((await remains(world)).blobs.includes(digest));
  await images.delete('unfinished');
  t.deepEqual(await remains(world), { blobs: [], snapshots: [], leases: [], ingests: [] });
});

test('an image that moves to another digest leaves nothing of the former one', async (t) => {
  await using world = await openWorld(daemon);
  const first = await world.loadBusybox('moving', { version: '1' });
  const second = await world.loadBusybox('moving', { version: '2' });
  t.not(second.chainId, first.chainId);
  const { snapshots, blobs } = await remains(world);
  t.false(snapshots.includes(first.chainId));
  t.false(blobs.includes(first.digest));
});

test('a sweep takes what no record explains, and nothing foreign', async (t) => {
  await using world = await openWorld(daemon);
  const { containers } = world.containerd;
  const { services } = world;
  const image = await world.loadBusybox();
  await containers.create(instanceSpec('explained', rootOf(image), FOREVER));
  await containers.create(instanceSpec('orphan', rootOf(image), FOREVER));
  await containers.start('orphan', await world.stdio('orphan'));
  await services.containers.delete({ id: 'orphan' });
  const { snapshotter, chainId: parent } = image;
  await services.snapshots.prepare({ snapshotter, key: 'foreign', parent, labels: { 'containerd.io/gc.root': 'x' } });
  await services.leases.create({ id: 'foreign' });
  const labels = { 'tsmoby.dev/store': world.facts.storeIdentity };
  await services.leases.create({ id: 'image-abandoned', labels });
  await services.leases.create({ id: 'work-abandoned', labels });
  const young = ['task orphan', 'snapshot orphan', 'lease work-abandoned'];
  t.deepEqual(await containers.sweep(), young, 'what nobody works on is a leftover, however young');
  world.ahead = 2 * 3_600_000;
  t.deepEqual(await containers.sweep(), ['lease image-abandoned']);
  t.deepEqual(await containers.sweep(), []);
  const { snapshots, leases } = await remains(world);
  t.true(snapshots.includes('foreign') && snapshots.includes('explained') && !snapshots.includes('orphan'));
  t.deepEqual(leases, ['foreign']);
  await services.snapshots.remove({ snapshotter, key: 'foreign' });
  await services.leases.delete({ id: 'foreign' });
});

test('a snapshot that a crash left behind is taken over, or replaced when it is of another image', async (t) => {
  await using world = await openWorld(daemon);
  const { containers } = world.containerd;
  const { snapshots } = world.services;
  const { snapshotter, ...image } = await world.loadBusybox();
  const root = rootOf({ snapshotter, ...image });
  const labels = { 'tsmoby.dev/store': world.facts.storeIdentity, 'containerd.io/gc.root': 'true' };
  await snapshots.prepare({ snapshotter, key: 'crashed', parent: image.chainId, labels });
  await snapshots.prepare({ snapshotter, key: 'other', parent: '', labels });
  for (const id of ['crashed', 'other']) {
    await containers.create(instanceSpec(id, root, FOREVER));
    await containers.start(id, await world.stdio(id));
    const { info } = await snapshots.stat({ snapshotter, key: id });
    t.is(info?.parent, image.chainId);
  }
});

test('a snapshot that was removed behind the back is made again at the next start', async (t) => {
  await using world = await openWorld(daemon);
  const image = await world.loadBusybox();
  const { containers } = world.containerd;
  await containers.create(instanceSpec('bare', rootOf(image), FOREVER));
  await world.services.snapshots.remove({ snapshotter: image.snapshotter, key: 'bare' });
  const later = await world.reconnect();
  await later.containers.start('bare', await world.stdio('bare'));
  t.is((await containers.get('bare'))?.task?.status, 'running');
});

async function remains({ services, containerd }: ContainerdWorld) {
  const blobs: string[] = [];
  for await (const { info } of services.content.list({ filters: [] })) blobs.push(...info.map(({ digest }) => digest));
  const snapshots: string[] = [];
  const { snapshotter } = containerd;
  for await (const { info } of services.snapshots.list({ snapshotter }))
    snapshots.push(...info.map(({ name }) => name));
  const { leases } = await services.leases.list({ filters: [] });
  const { statuses } = await services.content.listStatuses({ filters: [] });
  return { blobs, snapshots, leases: leases.map(({ id }) => id), ingests: statuses.map(({ ref }) => ref) };
}

test('the socket of a shim that was killed while it started goes with its instance', async (t) => {
  await using world = await openWorld(daemon);
  const { containers, namespace } = world.containerd;
  const image = await world.loadBusybox();
  await containers.create(instanceSpec('alive', rootOf(image), FOREVER));
  await containers.start('alive', await world.stdio('alive'));
  t.true(existsSync(shimSocket(daemon.socketPath, namespace, 'alive')), 'containerd names it as we think');
  const left = shimSocket(daemon.socketPath, namespace, 'left');
  await writeFile(left, '');
  await containers.create(instanceSpec('left', rootOf(image), FOREVER));
  await containers.delete('left');
  t.false(existsSync(left));
});
