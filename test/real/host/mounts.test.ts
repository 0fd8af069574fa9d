import { mkdir, readdir, readFile, symlink, writeFile, chmod, chown, stat, link, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { createHost } from '../../../runtime/host/create-host.ts';
import { RuntimeError } from '../../../runtime/errors.ts';
import type { RootMount } from '../../../runtime/ports/host.ts';
import { temporaryDirectory } from '../../runtime/host/temporary.ts';

/** An overlay of two layers with a link that wants out, as an image could have. */
async function makeLayers(path: string): Promise<readonly RootMount[]> {
  const [lower, upper] = [join(path, 'layers/1/fs'), join(path, 'layers/2/fs')];
  await mkdir(join(lower, 'etc'), { recursive: true });
  await mkdir(join(upper, 'data/sub'), { recursive: true });
  await writeFile(join(lower, 'etc/passwd'), 'root:x:0:0\n');
  await symlink('/etc/passwd', join(lower, 'etc/hostile'));
  await symlink('../../../../../../../../etc/hostname', join(lower, 'etc/escape'));
  await writeFile(join(upper, 'data/file'), 'content');
  await chmod(join(upper, 'data/file'), 0o640);
  await chown(join(upper, 'data/file'), 1000, 2000);
  await link(join(upper, 'data/file'), join(upper, 'data/sub/twin'));
  await symlink('/etc/shadow', join(upper, 'data/link'));
  await symlink('data', join(upper, 'alias'));
  return [{ type: 'overlay', source: 'overlay', options: [`lowerdir=${upper}:${lower}`] }];
}

/** Mounts that have to do with the directory; others may come and go. */
const mountsOf = async (directory: string): Promise<readonly string[]> =>
  (await readFile('/proc/self/mountinfo', 'utf8')).split('\n').filter((line) => line.includes(directory));

test('files are read out of an image without a mount that others see', async (t) => {
  await using directory = await temporaryDirectory();
  const mounts = await makeLayers(directory.path);
  const host = createHost({ runDirectory: join(directory.path, 'run') });
  const files = await host.readFromMounts(mounts, ['/etc/passwd', '/etc/hostile', '/etc/escape', '/etc/none', '/etc']);
  t.deepEqual(await mountsOf(directory.path), []);
  t.deepEqual([...files.keys()], ['/etc/passwd', '/etc/hostile']);
  t.is(Buffer.from(files.get('/etc/hostile') ?? []).toString(), 'root:x:0:0\n');
  t.is(host.calls.unshare, 1);
});

test('a bind mount is read as well', async (t) => {
  await using directory = await temporaryDirectory();
  await makeLayers(directory.path);
  const host = createHost({ runDirectory: join(directory.path, 'run') });
  const source = join(directory.path, 'layers/1/fs');
  const files = await host.readFromMounts([{ type: 'bind', source, options: ['rbind', 'ro'] }], ['/etc/passwd']);
  t.is(files.size, 1);
});

test('more layers than one page of mount options holds are mounted', async (t) => {
  await using directory = await temporaryDirectory();
  const layers = Array.from({ length: 90 }, (_, index) =>
    join(directory.path, `snapshots-with-a-long-name/${index}/fs`),
  );
  await Promise.all(layers.map((layer) => mkdir(layer, { recursive: true })));
  await writeFile(join(layers[89] ?? '', 'deepest'), 'here');
  const host = createHost({ runDirectory: join(directory.path, 'run') });
  const options = [`lowerdir=${layers.join(':')}`];
  t.true((options[0]?.length ?? 0) > 4096);
  const files = await host.readFromMounts([{ type: 'overlay', source: 'overlay', options }], ['/deepest']);
  t.is(files.size, 1);
});

test('a file that is too large, and a mount that is refused, are clear errors', async (t) => {
  await using directory = await temporaryDirectory();
  const mounts = await makeLayers(directory.path);
  const host = createHost({ runDirectory: join(directory.path, 'run') });
  const large = await t.throwsAsync(host.readFromMounts(mounts, ['/etc/passwd'], { maxBytes: 3 }), {
    instanceOf: RuntimeError,
  });
  t.is(large.code, 'InvalidArgument');
  const missing: readonly RootMount[] = [{ type: 'overlay', source: 'overlay', options: ['lowerdir=/no:/such'] }];
  await t.throwsAsync(host.readFromMounts(missing, ['/etc/passwd']), { message: /could not be mounted: mount/ });
});

test('a directory is copied with owners, modes and links, and links in the path stay inside', async (t) => {
  await using directory = await temporaryDirectory();
  const mounts = await makeLayers(directory.path);
  const host = createHost({ runDirectory: join(directory.path, 'run') });
  const target = join(directory.path, 'target');
  await mkdir(target);
  await host.copyFromMounts(mounts, '/alias', target);
  t.deepEqual((await readdir(target)).sort(), ['file', 'link', 'sub']);
  const copied = await stat(join(target, 'file'));
  t.deepEqual([copied.uid, copied.gid, copied.mode & 0o777, copied.nlink], [1000, 2000, 0o640, 2]);
  t.is(await readlink(join(target, 'link')), '/etc/shadow');
  const missing = await t.throwsAsync(host.copyFromMounts(mounts, '/none', target), { instanceOf: RuntimeError });
  t.is(missing.code, 'NotFound');
});

test('a tmpfs is mounted once, listed, and unmounted with everything on top of it', async (t) => {
  await using directory = await temporaryDirectory();
  const host = createHost({ runDirectory: join(directory.path, 'run') });
  const path = join(directory.path, 'a b');
  await Promise.all([1, 2, 3].map(() => host.mountTmpfs(path, { sizeBytes: 1 << 20, mode: 0o711 })));
  t.is(host.calls.mount, 1);
  t.is((await stat(path)).mode & 0o777, 0o711);
  await host.mountTmpfs(join(path, 'inner'), { mode: 0o700 });
  t.deepEqual(await host.mountsUnder(directory.path), [path, join(path, 'inner')]);
  await host.unmount(join(path, 'inner'));
  await host.run('mount', ['-t', 'tmpfs', 'second', path]);
  await host.unmount(path);
  t.deepEqual(await host.mountsUnder(directory.path), []);
  const { umount } = host.calls;
  await host.unmount(path);
  t.is(host.calls.umount, umount, 'nothing mounted: no program started');
});
