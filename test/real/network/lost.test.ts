/** What somebody takes away under us. */
import { spawn } from 'node:child_process';
import { stat } from 'node:fs/promises';
import test from 'ava';
import { bridge } from '../../suites/networks.ts';
import { eventually } from '../../support/eventually.ts';
import { clear, spec } from './spec.ts';
import { openWorld } from './world.ts';

test('a namespace that was unmounted by somebody is made again with the same address', async (t) => {
  await using world = await openWorld();
  const { networks, sandboxes, host } = world;
  await networks.ensure(bridge(1));
  const before = await sandboxes.ensure(spec('web', [bridge(1)]));
  await host.unmount(before.netnsPath ?? '');
  const after = await sandboxes.ensure(spec('web', [bridge(1)]));
  t.deepEqual(after, before);
  t.regex(await world.ip('addr show dev eth0', after.netnsPath), /inet 10\.209\.1\./);
  await clear(t, world);
});

test('a namespace whose name somebody takes away while a process lives in it is that of the process again', async (t) => {
  await using world = await openWorld();
  const { networks, sandboxes, host } = world;
  await networks.ensure(bridge(1));
  const before = await sandboxes.ensure(spec('web', [bridge(1)]));
  const process = spawn('nsenter', [`--net=${before.netnsPath ?? ''}`, 'sleep', '300'], { stdio: 'ignore' });
  try {
    const pid = process.pid ?? 0;
    const inodeOf = async (path: string): Promise<number> => (await stat(path)).ino;
    const inode = await inodeOf(before.netnsPath ?? '');
    await eventually('it lives there', async () => (await inodeOf(`/proc/${pid}/ns/net`)) === inode);
    await host.unmount(before.netnsPath ?? '');
    const after = await sandboxes.ensure({ ...spec('web', [bridge(1)]), pid });
    t.deepEqual(after, before);
    t.is(await inodeOf(after.netnsPath ?? ''), inode);
    // A number that is somebody else's by now is no reason to take his.
    await host.unmount(before.netnsPath ?? '');
    await sandboxes.ensure({ ...spec('web', [bridge(1)]), pid: 1 });
    t.not(await inodeOf(after.netnsPath ?? ''), inode);
  } finally {
    process.kill('SIGKILL');
  }
  await clear(t, world);
});

test('a bridge that somebody deletes is noticed without a program, and made again with its interfaces', async (t) => {
  await using world = await openWorld();
  const { networks, sandboxes } = world;
  for (const number of [1, 2]) await networks.ensure(bridge(number));
  const device = (await networks.ensure(bridge(1))).interface ?? '';
  const before = await sandboxes.ensure(spec('web', [bridge(1), bridge(2)]));
  await sandboxes.ensure(spec('other', [bridge(2)]));
  const programs = world.programs();
  t.deepEqual(await networks.repair(), []);
  t.deepEqual(world.programs(), programs);
  await world.ip(`link del ${device}`);
  const afterDeletion = world.programs();
  t.deepEqual(await networks.repair(), ['web.0']);
  t.deepEqual(world.programs(), afterDeletion);
  t.deepEqual(await sandboxes.ensure(spec('web', [bridge(1), bridge(2)])), before);
  t.deepEqual(await networks.repair(), []);
  t.regex(await world.ip('-o link'), new RegExp(`master ${device}`));
  await clear(t, world);
});

test('an interface whose other end somebody deletes is noticed as well', async (t) => {
  await using world = await openWorld();
  const { networks, sandboxes } = world;
  await networks.ensure(bridge(1));
  const before = await sandboxes.ensure(spec('web', [bridge(1)]));
  const [, veth] = /: (veth\w+)@/.exec(await world.ip('-o link')) ?? [];
  await world.ip(`link del ${veth}`);
  t.deepEqual(await networks.repair(), ['web.0']);
  t.deepEqual(await sandboxes.ensure(spec('web', [bridge(1)])), before);
  t.regex(await world.ip('addr show dev eth0', before.netnsPath), /inet 10\.209\.1\./);
  await clear(t, world);
});
