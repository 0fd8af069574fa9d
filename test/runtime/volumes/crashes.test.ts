import { mkdir, readdir, readFile, readlink, rm, stat, symlink, writeFile } from 'node:fs/promises';
import test, { type ExecutionContext } from 'ava';
import { RuntimeError } from '../../../runtime/errors.ts';
import type { ProjectedFile } from '../../../runtime/ports/volumes.ts';
import { createHostDouble } from './host-double.ts';
import { createVolumesWorld, type VolumesWorld } from './world.ts';

const id = { namespace: 'team', name: 'db', uid: 'uid-1' };
const file = (path: string, content: string, mode = 0o644): ProjectedFile => ({
  path,
  mode,
  content: Buffer.from(content),
});

const inWorld =
  (run: (t: ExecutionContext, world: VolumesWorld) => Promise<void>) =>
  async (t: ExecutionContext): Promise<void> => {
    await using world = await createVolumesWorld();
    await run(t, world);
  };

test(
  'a crash between record and data leaves no volume, and the next try makes it',
  inWorld(async (t, { volumes }) => {
    const { path } = await volumes.ensureDirectory(id);
    await rm(path, { recursive: true });
    t.is(await volumes.statDirectory(id), undefined);
    t.like(await volumes.ensureDirectory(id), { empty: true });
  }),
);

test(
  'a record of lost data does not speak for the new directory',
  inWorld(async (t, { volumes }) => {
    const { path } = await volumes.ensureDirectory(id);
    await volumes.populate(id, (staging) => writeFile(`${staging}/a`, 'x'));
    await rm(path, { recursive: true });
    t.like(await volumes.ensureDirectory({ ...id, uid: 'uid-2' }), { populated: false, ownerUid: 'uid-2' });
  }),
);

test(
  'data without a readable record is kept and adopted',
  inWorld(async (t, { volumes, dataDirectory }) => {
    const { path } = await volumes.ensureDirectory(id);
    await writeFile(`${path}/table`, 'rows');
    for (const record of ['{"ownerUid":', '[]', 'null', '{"ownerUid":5}']) {
      await writeFile(`${dataDirectory}/volumes/team/db/owner.json`, record);
      t.like(await volumes.statDirectory(id), { ownerUid: '', empty: false });
    }
    t.like(await volumes.ensureDirectory({ ...id, uid: 'uid-2' }), { ownerUid: 'uid-2', empty: false });
    t.is(await readFile(`${path}/table`, 'utf8'), 'rows');
  }),
);

test(
  'a staging directory that a crash left is not taken for content',
  inWorld(async (t, { volumes, dataDirectory }) => {
    const { path } = await volumes.ensureDirectory(id);
    await mkdir(`${dataDirectory}/volumes/team/db/staging`);
    await writeFile(`${dataDirectory}/volumes/team/db/staging/old`, 'half');
    await volumes.populate(id, (staging) => writeFile(`${staging}/new`, 'whole'));
    t.deepEqual(await readdir(path), ['new']);
    t.deepEqual((await readdir(`${dataDirectory}/volumes/team/db`)).toSorted(), ['data', 'owner.json']);
  }),
);

test(
  'what appears while an image is copied wins',
  inWorld(async (t, { volumes }) => {
    const { path } = await volumes.ensureDirectory(id);
    await volumes.populate(id, async (staging) => {
      await writeFile(`${staging}/seed`, 'seed');
      await writeFile(`${path}/mine`, 'mine');
    });
    t.deepEqual(await readdir(path), ['mine']);
    t.true((await volumes.statDirectory(id))?.populated);
  }),
);

test(
  'the mode of a directory is what was asked, whatever the umask; an existing one keeps its own',
  inWorld(async (t, { volumes }) => {
    const { path } = await volumes.ensureDirectory(id, 0o1777);
    t.is((await stat(path)).mode & 0o7777, 0o1777);
    await volumes.ensureDirectory(id, 0o700);
    t.is((await stat(path)).mode & 0o7777, 0o1777);
    await volumes.populate(id, (staging) => writeFile(`${staging}/a`, 'x'));
    t.is((await stat(path)).mode & 0o7777, 0o1777);
  }),
);

test(
  'files of a projection have their modes, and directories can be entered by anybody',
  inWorld(async (t, { volumes }) => {
    const { path } = await volumes.project('key', [file('sub/all', 'x', 0o666), file('own', 'x', 0o400)]);
    t.is((await stat(`${path}/sub/all`)).mode & 0o777, 0o666);
    t.is((await stat(`${path}/own`)).mode & 0o777, 0o400);
    t.is((await stat(`${path}/sub`)).mode & 0o777, 0o755);
    t.is((await stat(path)).mode & 0o777, 0o755);
  }),
);

test(
  'whatever step a crash came after, the next projection is whole',
  inWorld(async (t, { volumes }) => {
    const old = [file('a', '1'), file('b/c', '1')];
    const { path } = await volumes.project('key', old);
    const version = (await readdir(path)).find((name) => /^\.\.[0-9a-f]/.test(name)) ?? '';
    const damages: readonly (() => Promise<unknown>)[] = [
      () => mkdir(`${path}/..writing`),
      () => symlink(version, `${path}/..data_next`),
      () => rm(`${path}/..data`),
      () => rm(`${path}/a`),
      () => mkdir(`${path}/..0123456789abcdef0123456789abcdef`),
      () => symlink('..data/gone', `${path}/gone`),
    ];
    for (const damage of damages) {
      await damage();
      t.true((await volumes.project('key', old)).changed);
      t.deepEqual((await readdir(path)).toSorted(), [version, '..data', 'a', 'b'].toSorted());
      t.is(await readFile(`${path}/b/c`, 'utf8'), '1');
      t.false((await volumes.project('key', old)).changed);
    }
  }),
);

test(
  'a reader of a changing projection sees one version or the other, never a mixture',
  inWorld(async (t, { volumes }) => {
    const of = (value: string): ProjectedFile[] => [file('a', value), file('b', value)];
    const { path } = await volumes.project('key', of('0'));
    const writer = { done: false };
    const writing = (async () => {
      for (let round = 1; round <= 50; round++) await volumes.project('key', of(String(round)));
      writer.done = true;
    })();
    let reads = 0;
    while (!writer.done) {
      const version = await readlink(`${path}/..data`);
      const read = (name: string) => readFile(`${path}/${version}/${name}`, 'utf8').catch(() => undefined);
      const [a, b] = [await read('a'), await read('b')];
      // The version may be gone by now, but it never changes.
      if (a !== undefined && b !== undefined) t.is(a, b);
      if (a !== undefined) reads++;
    }
    await writing;
    t.true(reads > 0);
  }),
);

test('a volume under which something is mounted is not deleted', async (t) => {
  const host = createHostDouble();
  await using world = await createVolumesWorld(host);
  const { path } = await world.volumes.ensureDirectory(id);
  const scratch = await world.volumes.ensureScratch('uid-1', 'x');
  host.mounts.add(`${path}/usb`).add(`${scratch}/usb`);
  for (const removing of [world.volumes.removeDirectory(id), world.volumes.removeScratch('uid-1')]) {
    const error = await t.throwsAsync(removing, { instanceOf: RuntimeError });
    t.is(error.code, 'FailedPrecondition');
    t.regex(error.message, /mounted at .*usb/);
  }
  t.is((await stat(path)).isDirectory(), true);
});

test(
  'a path of the daemon that is a file says so',
  inWorld(async (t, { volumes, dataDirectory }) => {
    await writeFile(`${dataDirectory}/volumes`, '');
    const error = await t.throwsAsync(volumes.ensureDirectory(id), { instanceOf: RuntimeError });
    t.is(error.code, 'FailedPrecondition');
    t.regex(error.message, /volume team\/db: .*volumes.*not a directory/);
  }),
);
