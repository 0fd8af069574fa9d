import test from 'ava';
import { chmod, mkdir, rm, symlink, utimes, writeFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { manifestFilesSuite } from '../../suites/manifest-files.ts';
import { watchSections } from '../../support/sections.ts';
import { createOnDisk, messagesOf, pathsOf } from './on-disk.ts';

manifestFilesSuite(test, 'disk', async () => {
  const disk = await createOnDisk();
  return {
    manifests: disk.manifests,
    directory: (name) => join(disk.root, name),
    write: (directory, path, text) => disk.write(join(directory.slice(disk.root.length + 1), path), text),
    delete: (directory, path = '') => rm(join(directory, path), { recursive: true }),
    [Symbol.asyncDispose]: () => disk[Symbol.asyncDispose](),
  };
});

test('ignore files leave out as .gitignore does, each for its directory and below', async (t) => {
  await using disk = await createOnDisk();
  const paths = [
    'a.yaml',
    'b.yaml',
    'keep.yaml',
    'x/a.yaml',
    'x/c.yaml',
    'x/y/d.yaml',
    'tmp/e.yaml',
    'z/tmp/f.yaml',
    'q/#g.yaml',
  ];
  for (const path of paths) await disk.write(path, `p: ${path}\n`);
  await disk.write('.tsmobyignore', '# all of these\r\n/a.yaml\n*.yaml\n!keep.yaml\n!x/\n!d*.yaml\n!\\#*.yaml\ntmp/\n');
  await disk.write('x/.tsmobyignore', '!c.yaml\n');
  t.deepEqual(pathsOf(await disk.read()), ['keep.yaml', 'q/#g.yaml', 'x/c.yaml', 'x/y/d.yaml']);
  t.deepEqual(pathsOf(await disk.read({ subdirectory: 'x' })), ['x/c.yaml', 'x/y/d.yaml']);
});

test('links inside are followed, those that lead out or nowhere are told', async (t) => {
  await using disk = await createOnDisk();
  await disk.write('..data/a.yaml', 'a: 1\n');
  await writeFile(join(disk.root, '..', 'secret.yaml'), 'secret: 1\n');
  await mkdir(join(disk.root, '..', 'outside'));
  await writeFile(join(disk.root, '..', 'outside', 'b.yaml'), 'b: 1\n');
  await symlink('..data/a.yaml', join(disk.root, 'a.yaml'));
  await symlink('../secret.yaml', join(disk.root, 'out.yaml'));
  await symlink(join(disk.root, '..', 'outside'), join(disk.root, 'dir'));
  await symlink('nothing', join(disk.root, 'dangling.yaml'));
  await symlink('.', join(disk.root, 'loop'));
  await symlink('self.yaml', join(disk.root, 'self.yaml'));
  const read = await disk.read();
  t.deepEqual(pathsOf(read), ['a.yaml']);
  const out = 'it is a link that leads out of the directory that is followed: copy here what it means';
  t.deepEqual(messagesOf(read), [
    'dangling.yaml:1:1: it is a link that leads nowhere',
    `dir:1:1: ${out}`,
    `out.yaml:1:1: ${out}`,
    'self.yaml:1:1: it is a link that leads nowhere',
  ]);
  await t.throwsAsync(disk.read({ subdirectory: 'dir' }), { message: /leads out/ });
  await t.throwsAsync(disk.read({ subdirectory: '../outside' }), { message: /leads out/ });
});

test('a directory that is exchanged by its link is read anew', async (t) => {
  await using disk = await createOnDisk();
  await disk.write('one/a.yaml', 'a: 1\n');
  await disk.write('two/a.yaml', 'a: 2\n');
  const link = join(disk.root, 'current');
  await symlink('one', link);
  const first = await disk.manifests.read(link, {});
  await symlink('two', `${link}.new`);
  await rename(`${link}.new`, link);
  const second = await disk.manifests.read(link, {});
  t.not(first.digest, second.digest);
  t.is(Buffer.from(second.files[0]?.bytes ?? []).toString(), 'a: 2\n');
});

test('an empty file is one that is being written, until it is old', async (t) => {
  await using disk = await createOnDisk(0);
  await writeFile(join(disk.root, 'a.yaml'), '');
  const { problems } = await disk.read();
  t.deepEqual(problems, [{ path: 'a.yaml', message: 'a.yaml:1:1: it is empty just now', heals: true }]);
  await using old = await createOnDisk();
  await old.write('a.yaml', '');
  t.deepEqual(pathsOf(await old.read()), ['a.yaml']);
});

test('a change within one tick of the clock is seen, and so is one that keeps size and time', async (t) => {
  await using now = await createOnDisk(0);
  for (let n = 0; n < 10; n++) {
    await writeFile(join(now.root, 'a.yaml'), `a: ${n}\n`);
    await utimes(join(now.root, 'a.yaml'), 1, 1);
    t.is(Buffer.from((await now.read()).files[0]?.bytes ?? []).toString(), `a: ${n}\n`);
  }
});

test('odd names, FIFOs and what cannot be read harm nobody else', async (t) => {
  await using disk = await createOnDisk();
  await disk.write('good.yaml', 'a: 1\n');
  await disk.write('two\nlines.yaml', 'a: 1\n');
  await disk.write('sp ace ü 🙂.yaml', 'a: 1\n');
  await writeFile(
    Buffer.concat([Buffer.from(`${disk.root}/`), Buffer.from([0xff, 0x2e]), Buffer.from('yaml')]),
    'a: 1\n',
  );
  await mkdir(join(disk.root, 'dir.yaml'));
  const read = await disk.read();
  t.deepEqual(pathsOf(read), ['good.yaml', 'sp ace ü 🙂.yaml']);
  t.deepEqual(
    read.problems.map(({ path }) => path),
    ['?.yaml', 'two?lines.yaml'],
  );
  if (process.getuid?.() === 0) return;
  await chmod(join(disk.root, 'good.yaml'), 0);
  t.like((await disk.read()).problems[1], { path: 'good.yaml', heals: true });
});

test('what was forgotten is read again', async (t) => {
  await using disk = await createOnDisk();
  await disk.write('a.yaml', 'a: 1\n');
  const first = await disk.read();
  disk.manifests.forget(disk.root);
  const second = await disk.read();
  t.not(second.files[0], first.files[0]);
  t.is(second.digest, first.digest);
});

test.serial('five thousand files are read, and read again, without holding up anybody', async (t) => {
  await using disk = await createOnDisk();
  for (let d = 0; d < 50; d++) {
    await mkdir(join(disk.root, `d${d}`));
    await Promise.all(
      Array.from({ length: 100 }, (_, n) => writeFile(join(disk.root, `d${d}`, `f${n}.yaml`), `n: ${d * 100 + n}\n`)),
    );
  }
  const sections = watchSections();
  const began = performance.now();
  const first = await disk.read();
  const again = performance.now();
  const second = await disk.read();
  const end = performance.now();
  const longest = sections.end();
  t.is(first.files.length, 5000);
  t.true(second.files.every((file, index) => file === first.files[index]));
  t.log(
    `first ${(again - began).toFixed(0)} ms, unchanged ${(end - again).toFixed(0)} ms, longest section ${longest.toFixed(1)} ms`,
  );
  t.true(longest < 50);
});
