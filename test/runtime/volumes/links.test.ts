import { mkdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import test, { type ExecutionContext } from 'ava';
import { RuntimeError } from '../../../runtime/errors.ts';
import { isWithin } from '../../../runtime/volumes/host-path.ts';
import { createVolumesWorld, type VolumesWorld } from './world.ts';

const id = { namespace: 'team', name: 'db', uid: 'uid-1' };

const inWorld =
  (run: (t: ExecutionContext, world: VolumesWorld) => Promise<void>) =>
  async (t: ExecutionContext): Promise<void> => {
    await using world = await createVolumesWorld();
    await run(t, world);
  };

const failure = (t: ExecutionContext, promise: Promise<unknown>): Promise<RuntimeError> =>
  t.throwsAsync(promise, { instanceOf: RuntimeError });

test('a prefix of a name is not a directory above it', (t) => {
  t.true(isWithin('/a', '/a') && isWithin('/a', '/a/b') && isWithin('/', '/a') && isWithin('/', '/'));
  t.false(isWithin('/a', '/ab') || isWithin('/a', '/') || isWithin('/a/b', '/a'));
});

test(
  'a link in an allowed directory opens nothing outside of it',
  inWorld(async (t, { volumes, allowed, directory }) => {
    await mkdir(`${directory}/secret/inner`, { recursive: true });
    await symlink(`${directory}/secret`, `${allowed}/link`);
    for (const path of ['link', 'link/inner', 'link/new', 'link/../secret']) {
      const error = await failure(t, volumes.resolveHostPath(`${allowed}/${path}`, 'DirectoryOrCreate'));
      t.is(error.reason, 'HostPathNotAllowed', path);
      const looked = await failure(t, volumes.checkHostPath(`${allowed}/${path}`, 'DirectoryOrCreate'));
      t.is(looked.message, error.message, path);
    }
    await t.throwsAsync(stat(`${directory}/secret/new`), { code: 'ENOENT' });
  }),
);

test(
  'a link that stays inside is resolved',
  inWorld(async (t, { volumes, allowed }) => {
    await mkdir(`${allowed}/real/inner`, { recursive: true });
    await symlink('real', `${allowed}/link`);
    t.is(await volumes.resolveHostPath(`${allowed}/link/inner`), `${allowed}/real/inner`);
    t.is(await volumes.resolveHostPath(`${allowed}/link/x`, 'FileOrCreate'), `${allowed}/real/x`);
  }),
);

test(
  'a link that leads nowhere is NotFound, and nothing is made behind it',
  inWorld(async (t, { volumes, allowed, directory }) => {
    await symlink(`${directory}/nowhere`, `${allowed}/link`);
    t.is((await failure(t, volumes.resolveHostPath(`${allowed}/link`, 'DirectoryOrCreate'))).code, 'NotFound');
    t.is((await failure(t, volumes.resolveHostPath(`${allowed}/link/x`, 'FileOrCreate'))).code, 'NotFound');
    await t.throwsAsync(stat(`${directory}/nowhere`), { code: 'ENOENT' });
  }),
);

test(
  '".." through what does not exist is refused',
  inWorld(async (t, { volumes, allowed }) => {
    t.is((await failure(t, volumes.resolveHostPath(`${allowed}/no/../x`, 'DirectoryOrCreate'))).code, 'NotFound');
  }),
);

test(
  'sockets and devices are told apart',
  inWorld(async (t, { volumes, allowed }) => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(`${allowed}/s`, resolve));
    t.is(await volumes.resolveHostPath(`${allowed}/s`, 'Socket'), `${allowed}/s`);
    const error = await failure(t, volumes.resolveHostPath(`${allowed}/s`, 'CharDevice'));
    t.is(error.code, 'FailedPrecondition');
    t.is(error.reason, 'HostPathWrongType');
    t.regex(error.message, /is a Socket, not a CharDevice/);
    await new Promise((resolve) => server.close(resolve));
  }),
);

test(
  'a type that nobody knows is InvalidArgument',
  inWorld(async (t, { volumes, allowed }) => {
    t.is((await failure(t, volumes.resolveHostPath(allowed, 'Spaceship'))).code, 'InvalidArgument');
  }),
);

test(
  'a subPath follows links inside of the volume, and never out of it',
  inWorld(async (t, { volumes, directory }) => {
    const { path } = await volumes.ensureDirectory(id);
    await mkdir(`${path}/real`);
    await symlink('real', `${path}/inside`);
    await symlink(path, `${path}/real/again`);
    await symlink(directory, `${path}/out`);
    await symlink('../../..', `${path}/up`);
    await symlink('nowhere', `${path}/broken`);
    t.is(await volumes.resolveSubPath(path, 'inside/x'), `${path}/real/x`);
    t.is(await volumes.resolveSubPath(path, 'inside/again/real'), `${path}/real`);
    for (const bad of ['out', 'out/x', 'up', 'inside/again/up', 'broken']) {
      const error = await failure(t, volumes.resolveSubPath(path, bad));
      t.is(error.code, 'InvalidArgument', bad);
      t.is(error.reason, 'SubPathInvalid', bad);
    }
  }),
);

test(
  'a subPath may be a file of a projection',
  inWorld(async (t, { volumes }) => {
    const { path } = await volumes.project('key', [{ path: 'conf', content: Buffer.from('x'), mode: 0o644 }]);
    t.regex(await volumes.resolveSubPath(path, 'conf'), /\/key\/\.\.[0-9a-f]{32}\/conf$/);
  }),
);

test(
  'directories made for a subPath have owner and mode of the volume',
  inWorld(async (t, { volumes }) => {
    const { path } = await volumes.ensureDirectory(id, 0o2770);
    const made = await stat(await volumes.resolveSubPath(path, 'a/b'));
    t.is(made.mode & 0o7777, 0o2770);
  }),
);

test(
  'a scratch file that became a link is not followed',
  inWorld(async (t, { volumes, directory }) => {
    const path = await volumes.resetScratchFile('uid-1', 'message');
    await writeFile(`${directory}/secret`, 'secret');
    await rm(path);
    await symlink(`${directory}/secret`, path);
    t.is(await volumes.readScratchFile('uid-1', 'message', 100), '');
    await volumes.resetScratchFile('uid-1', 'message');
    await writeFile(path, 'own');
    t.is(await volumes.readScratchFile('uid-1', 'message', 100), 'own');
  }),
);

for (const bad of [
  { ...id, name: '..' },
  { ...id, namespace: 'a/b' },
  { ...id, name: '' },
]) {
  test(
    `a volume named ${JSON.stringify([bad.namespace, bad.name])} is refused`,
    inWorld(async (t, { volumes }) => {
      t.is((await failure(t, volumes.ensureDirectory(bad))).code, 'InvalidArgument');
      t.is((await failure(t, volumes.removeDirectory(bad))).code, 'InvalidArgument');
    }),
  );
}
