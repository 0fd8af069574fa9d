import type { ExecutionContext } from 'ava';
import { RuntimeError, type RuntimeErrorCode } from '../../runtime/errors.ts';
import type { ProjectedFile, VolumeId, Volumes } from '../../runtime/ports/volumes.ts';
import type { Test } from './registry.ts';

export interface VolumesHarness extends AsyncDisposable {
  readonly volumes: Volumes;
  /** A directory that host paths may lie in. */
  readonly allowed: string;
  readonly write: (path: string, content: string) => Promise<void>;
  /** Undefined when there is no such file. Follows links. */
  readonly read: (path: string) => Promise<string | undefined>;
}

const id: VolumeId = { namespace: 'team', name: 'db', uid: 'uid-1' };
const file = (path: string, content: string, mode = 0o644): ProjectedFile => ({
  path,
  mode,
  content: Buffer.from(content),
});

/** What every Volumes promises. */
export function volumesSuite(test: Test, name: string, create: () => Promise<VolumesHarness>): void {
  const check = (title: string, run: (t: ExecutionContext, harness: VolumesHarness) => Promise<void>): void => {
    test(`${name}: ${title}`, async (t) => {
      await using harness = await create();
      await run(t, harness);
    });
  };
  const codeOf = async (promise: Promise<unknown>): Promise<RuntimeErrorCode | undefined> => {
    try {
      await promise;
      return undefined;
    } catch (error) {
      if (error instanceof RuntimeError) return error.code;
      throw error;
    }
  };

  check('a directory is made once and then only answered', async (t, { volumes, write, read }) => {
    t.is(await volumes.statDirectory(id), undefined);
    const made = await volumes.ensureDirectory(id);
    t.like(made, { empty: true, ownerUid: 'uid-1', populated: false });
    await write(`${made.path}/table`, 'rows');
    t.like(await volumes.ensureDirectory(id), { path: made.path, empty: false });
    t.is(await read(`${made.path}/table`), 'rows');
    t.deepEqual(await volumes.statDirectory(id), await volumes.ensureDirectory(id));
  });

  check('retained data is found by another object of the same name, which can tell', async (t, { volumes, write }) => {
    const { path } = await volumes.ensureDirectory(id);
    await write(`${path}/table`, 'rows');
    t.like(await volumes.ensureDirectory({ ...id, uid: 'uid-2' }), { path, ownerUid: 'uid-1', empty: false });
  });

  check('volumes of two namespaces never meet', async (t, { volumes }) => {
    const other = await volumes.ensureDirectory({ ...id, namespace: 'other' });
    t.not(other.path, (await volumes.ensureDirectory(id)).path);
  });

  check('removing takes the data too, and again is success', async (t, { volumes, write, read }) => {
    const { path } = await volumes.ensureDirectory(id);
    await write(`${path}/table`, 'rows');
    await volumes.removeDirectory(id);
    await volumes.removeDirectory(id);
    t.is(await volumes.statDirectory(id), undefined);
    t.is(await read(`${path}/table`), undefined);
  });

  check('an empty volume is filled once', async (t, { volumes, write, read }) => {
    const { path } = await volumes.ensureDirectory(id);
    await volumes.populate(id, (staging) => write(`${staging}/deep/seed`, 'from the image'));
    t.is(await read(`${path}/deep/seed`), 'from the image');
    t.like(await volumes.statDirectory(id), { populated: true, empty: false, ownerUid: 'uid-1' });
    await volumes.populate(id, async () => t.fail('filled twice'));
  });

  check('what is in a volume already is never covered', async (t, { volumes, write, read }) => {
    const { path } = await volumes.ensureDirectory(id);
    await write(`${path}/mine`, 'precious');
    await volumes.populate(id, async () => t.fail('filled over data'));
    t.is(await read(`${path}/mine`), 'precious');
    t.true((await volumes.statDirectory(id))?.populated);
  });

  check('a fill that fails leaves the volume empty, and may be tried again', async (t, { volumes, write, read }) => {
    const { path } = await volumes.ensureDirectory(id);
    const failing = volumes.populate(id, async (staging) => {
      await write(`${staging}/half`, 'half');
      throw new RuntimeError('Unavailable', 'the image went away');
    });
    t.is(await codeOf(failing), 'Unavailable');
    t.like(await volumes.statDirectory(id), { empty: true, populated: false });
    await volumes.populate(id, (staging) => write(`${staging}/whole`, 'whole'));
    t.is(await read(`${path}/whole`), 'whole');
    t.is(await read(`${path}/half`), undefined);
  });

  check('filling a volume that is not there is NotFound', async (t, { volumes }) => {
    t.is(await codeOf(volumes.populate(id, async () => {})), 'NotFound');
  });

  check('memory is mounted once, found and removed', async (t, { volumes }) => {
    t.is(await volumes.tmpfsMounted(id), undefined);
    const path = await volumes.ensureTmpfs(id, { sizeBytes: 1 << 20, mode: 0o700 });
    t.is(await volumes.ensureTmpfs(id, { sizeBytes: 1 << 20 }), path);
    t.is(await volumes.tmpfsMounted(id), path);
    t.deepEqual((await volumes.leftovers()).tmpfs, ['uid-1']);
    await volumes.removeTmpfs(id);
    await volumes.removeTmpfs(id);
    t.is(await volumes.tmpfsMounted(id), undefined);
    t.deepEqual((await volumes.leftovers()).tmpfs, []);
  });

  check('a projection changes as a whole, and only when it differs', async (t, { volumes, read }) => {
    const first = await volumes.project('key', [file('a', '1'), file('sub/b', '2')]);
    t.true(first.changed);
    t.is(await read(`${first.path}/a`), '1');
    t.is(await read(`${first.path}/sub/b`), '2');
    t.false((await volumes.project('key', [file('sub/b', '2'), file('a', '1')])).changed);
    t.deepEqual(await volumes.project('key', [file('sub/b', '3')]), { path: first.path, changed: true });
    t.is(await read(`${first.path}/sub/b`), '3');
    t.is(await read(`${first.path}/a`), undefined);
    t.true((await volumes.project('key', [file('sub/b', '3', 0o600)])).changed);
    const owned = { ...file('sub/b', '3', 0o600), uid: 65_534, gid: 1000 };
    t.true((await volumes.project('key', [owned])).changed);
    t.false((await volumes.project('key', [owned])).changed);
    t.true((await volumes.project('key', [{ ...owned, gid: 1001 }])).changed);
    t.deepEqual((await volumes.leftovers()).projections, ['key']);
    await volumes.removeProjection('key');
    await volumes.removeProjection('key');
    t.is(await read(`${first.path}/sub/b`), undefined);
    t.deepEqual((await volumes.leftovers()).projections, []);
  });

  check('an empty projection is a directory', async (t, { volumes }) => {
    t.true((await volumes.project('key', [])).changed);
    t.false((await volumes.project('key', [])).changed);
  });

  for (const path of ['../a', '/a', 'a/../b', 'a//b', '', '..data', 'a\0b']) {
    check(`a file at ${JSON.stringify(path)} is refused`, async (t, { volumes }) => {
      t.is(await codeOf(volumes.project('key', [file(path, 'x')])), 'InvalidArgument');
    });
  }

  check('a file that is another file’s directory, or stands twice, is refused', async (t, { volumes }) => {
    t.is(await codeOf(volumes.project('key', [file('a', '1'), file('a/b', '2')])), 'InvalidArgument');
    t.is(await codeOf(volumes.project('key', [file('a', '1'), file('a', '2')])), 'InvalidArgument');
  });

  check('scratch lives as long as its owner', async (t, { volumes, write, read }) => {
    const path = await volumes.ensureScratch('uid-1', 'cache');
    await write(`${path}/x`, 'kept');
    t.is(await volumes.ensureScratch('uid-1', 'cache'), path);
    t.is(await read(`${path}/x`), 'kept');
    t.deepEqual((await volumes.leftovers()).scratch, ['uid-1']);
    await volumes.removeScratch('uid-1');
    await volumes.removeScratch('uid-1');
    t.deepEqual((await volumes.leftovers()).scratch, []);
    t.is(await read(`${path}/x`), undefined);
  });

  check('a scratch file is new each time, and read from its end', async (t, { volumes, write }) => {
    t.is(await volumes.readScratchFile('uid-1', 'message', 10), '');
    const path = await volumes.resetScratchFile('uid-1', 'message');
    await write(path, 'it went wrong: ünlucky');
    t.is(await volumes.readScratchFile('uid-1', 'message', 1000), 'it went wrong: ünlucky');
    t.is(await volumes.readScratchFile('uid-1', 'message', 7), 'nlucky');
    await volumes.resetScratchFile('uid-1', 'message');
    t.is(await volumes.readScratchFile('uid-1', 'message', 10), '');
  });

  check('a subPath is made when it is missing, and never leads out', async (t, { volumes }) => {
    const { path } = await volumes.ensureDirectory(id);
    t.is(await volumes.resolveSubPath(path, 'a/./b/'), `${path}/a/b`);
    t.is(await volumes.resolveSubPath(path, 'a/b'), `${path}/a/b`);
    t.is(await volumes.resolveSubPath(path, ''), path);
    for (const bad of ['../x', 'a/../../x', '/etc']) {
      t.is(await codeOf(volumes.resolveSubPath(path, bad)), 'InvalidArgument');
    }
  });

  check('host paths are allowed by whole directories', async (t, { volumes, allowed, write }) => {
    await write(`${allowed}/dir/file`, 'x');
    t.is(await volumes.resolveHostPath(`${allowed}/dir`), `${allowed}/dir`);
    t.is(await volumes.resolveHostPath(`${allowed}/dir`, 'Directory'), `${allowed}/dir`);
    t.is(await volumes.resolveHostPath(`${allowed}/dir/file`, 'File'), `${allowed}/dir/file`);
    t.is(await codeOf(volumes.resolveHostPath(`${allowed}/dir/file`, 'Directory')), 'FailedPrecondition');
    t.is(await codeOf(volumes.resolveHostPath(`${allowed}/none`)), 'NotFound');
    t.is(await codeOf(volumes.resolveHostPath(`${allowed}x`)), 'InvalidArgument');
    t.is(await codeOf(volumes.resolveHostPath('relative')), 'InvalidArgument');
    t.is(await volumes.resolveHostPath(`${allowed}/new/deep`, 'DirectoryOrCreate'), `${allowed}/new/deep`);
    t.is(await volumes.resolveHostPath(`${allowed}/new/file`, 'FileOrCreate'), `${allowed}/new/file`);
  });

  check(
    'looking at a host path answers where it would be, and makes nothing',
    async (t, { volumes, allowed, write }) => {
      await write(`${allowed}/dir/file`, 'x');
      t.is(await volumes.checkHostPath(`${allowed}/dir`), `${allowed}/dir`);
      t.is(await volumes.checkHostPath(`${allowed}/dir/file`, 'FileOrCreate'), `${allowed}/dir/file`);
      t.is(await codeOf(volumes.checkHostPath(`${allowed}/dir/file`, 'DirectoryOrCreate')), 'FailedPrecondition');
      t.is(await codeOf(volumes.checkHostPath(`${allowed}/dir`, 'FileOrCreate')), 'FailedPrecondition');
      t.is(await codeOf(volumes.checkHostPath(`${allowed}x`, 'DirectoryOrCreate')), 'InvalidArgument');
      t.is(await volumes.checkHostPath(`${allowed}/new/deep`, 'DirectoryOrCreate'), `${allowed}/new/deep`);
      t.is(await volumes.checkHostPath(`${allowed}/dir/new`, 'FileOrCreate'), `${allowed}/dir/new`);
      for (const path of ['new/deep', 'new', 'dir/new']) {
        t.is(await codeOf(volumes.checkHostPath(`${allowed}/${path}`)), 'NotFound', path);
      }
    },
  );

  check('a host path that is not allowed says so, and how to allow it', async (t, { volumes }) => {
    const error = await t.throwsAsync(volumes.resolveHostPath('/'), { instanceOf: RuntimeError });
    t.is(error.reason, 'HostPathNotAllowed');
    t.regex(error.message, /--allow-host-path/);
  });
}
