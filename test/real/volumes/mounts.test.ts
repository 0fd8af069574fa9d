import { readFile, stat, writeFile } from 'node:fs/promises';
import test from 'ava';
import { RuntimeError } from '../../../runtime/errors.ts';
import { createHost } from '../../../runtime/host/create-host.ts';
import { createVolumes } from '../../../runtime/volumes/create.ts';
import { createVolumesWorld, type VolumesWorld } from '../../runtime/volumes/world.ts';
import { volumesSuite } from '../../suites/volumes.ts';

const id = { namespace: 'team', name: 'db', uid: 'uid-1' };

/** The real adapter on the real host port; everything mounted is unmounted in the end. */
async function realWorld(): Promise<VolumesWorld> {
  const host = createHost({ runDirectory: '/nonexistent' });
  return await createVolumesWorld(host, async (runDirectory) => {
    for (const path of (await host.mountsUnder(runDirectory)).toReversed()) await host.unmount(path);
  });
}

volumesSuite(test.serial, 'on real mounts', realWorld);

test.serial('a tmpfs has the size and mode that were asked, and is found by the next daemon', async (t) => {
  await using world = await realWorld();
  const path = await world.volumes.ensureTmpfs(id, { sizeBytes: 64 * 1024, mode: 0o1770 });
  t.is((await stat(path)).mode & 0o7777, 0o1770);
  await t.throwsAsync(writeFile(`${path}/big`, Buffer.alloc(1 << 20)), { code: 'ENOSPC' });
  const { dataDirectory, runDirectory } = world;
  const host = createHost({ runDirectory: '/nonexistent' });
  const next = createVolumes({ facts: { dataDirectory, runDirectory }, host, allowHostPaths: [] });
  t.is(await next.tmpfsMounted(id), path);
  await next.ensureTmpfs(id, {});
  t.is(host.calls.mount, 0);
});

test.serial('projections live in memory, on one mount, and mount it again when somebody took it away', async (t) => {
  await using world = await realWorld();
  const file = { path: 'password', content: Buffer.from('secret'), mode: 0o400 };
  const { path } = await world.volumes.project('one', [file]);
  await world.volumes.project('two', [file]);
  const mounts = async (): Promise<string[]> =>
    (await readFile('/proc/self/mountinfo', 'utf8')).split('\n').filter((line) => line.includes(world.runDirectory));
  t.is((await mounts()).length, 1);
  t.regex((await mounts())[0] ?? '', / - tmpfs /);
  const host = createHost({ runDirectory: '/nonexistent' });
  await host.unmount(`${world.runDirectory}/projections`);
  t.true((await world.volumes.project('one', [file])).changed);
  t.is((await mounts()).length, 1);
  t.is(await readFile(`${path}/password`, 'utf8'), 'secret');
});

test.serial(
  'files of a projection have the owners that were asked, in directories that anybody may read',
  async (t) => {
    await using world = await realWorld();
    const content = Buffer.from('secret');
    const { path } = await world.volumes.project('one', [
      { path: 'deep/key', content, mode: 0o400, uid: 65_534, gid: 1000 },
      { path: 'plain', content, mode: 0o440 },
    ]);
    const { uid, gid, mode } = await stat(`${path}/deep/key`);
    t.deepEqual([uid, gid, mode & 0o7777], [65_534, 1000, 0o400]);
    const plain = await stat(`${path}/plain`);
    t.deepEqual([plain.uid, plain.gid, plain.mode & 0o7777], [0, 0, 0o440]);
    for (const directory of [path, `${path}/..data`, `${path}/deep`]) t.is((await stat(directory)).mode & 0o555, 0o555);
  },
);

test.serial('a full disk is ResourceExhausted with the path, harms nothing, and heals', async (t) => {
  await using world = await realWorld();
  const { host, small } = await smallDisk(world);
  const volumes = createVolumes({
    facts: { dataDirectory: `${small}/data`, runDirectory: world.runDirectory },
    host,
    allowHostPaths: [],
  });
  const { path } = await volumes.ensureDirectory(id);
  await writeFile(`${path}/precious`, 'rows');
  const other = { ...id, name: 'other' };
  await volumes.ensureDirectory(other);
  const full = async (work: Promise<unknown>, message: RegExp): Promise<void> => {
    const error = await t.throwsAsync(work, { instanceOf: RuntimeError });
    t.is(error.code, 'ResourceExhausted');
    t.regex(error.message, message);
  };
  const seed = (size: number) => (staging: string) => writeFile(`${staging}/seed`, Buffer.alloc(size));
  await full(volumes.populate(other, seed(1 << 20)), /volume team\/other.*no space left/);
  await writeFile(`${small}/filler`, Buffer.alloc(1 << 20)).catch(() => undefined);
  await full(volumes.ensureDirectory({ ...id, name: 'third' }), /volume team\/third.*no space left/);
  t.is(await readFile(`${path}/precious`, 'utf8'), 'rows');
  t.like(await volumes.statDirectory(id), { ownerUid: 'uid-1', populated: false });
  t.like(await volumes.statDirectory(other), { empty: true, populated: false });
  await writeFile(`${small}/filler`, '');
  await volumes.populate(other, seed(64 * 1024));
  t.like(await volumes.statDirectory(other), { populated: true, empty: false });
  t.like(await volumes.ensureDirectory({ ...id, name: 'third' }), { empty: true, ownerUid: 'uid-1' });
});

async function smallDisk(world: VolumesWorld): Promise<{ host: ReturnType<typeof createHost>; small: string }> {
  const host = createHost({ runDirectory: '/nonexistent' });
  const small = `${world.runDirectory}/small`;
  await host.mountTmpfs(small, { sizeBytes: 512 * 1024, mode: 0o755 });
  return { host, small };
}
