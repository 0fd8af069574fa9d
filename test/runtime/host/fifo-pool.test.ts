import { link, lstat, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { createHost } from '../../../runtime/host/create-host.ts';
import { RuntimeError } from '../../../runtime/errors.ts';
import { temporaryDirectory } from './temporary.ts';

test('many FIFOs cost one mkfifo call, and are private', async (t) => {
  await using directory = await temporaryDirectory();
  const host = createHost({ runDirectory: directory.path });
  await host.warm();
  const paths = Array.from({ length: 40 }, (_, index) => join(directory.path, `deep/${index}/stdout`));
  await host.makeFifos(paths);
  t.is(host.calls.mkfifo, 1);
  for (const path of paths) {
    const stats = await lstat(path);
    t.true(stats.isFIFO());
    t.is(stats.mode & 0o777, 0o600);
    t.is(stats.nlink, 1);
  }
});

test('more FIFOs than are spare are made all the same', async (t) => {
  await using directory = await temporaryDirectory();
  const host = createHost({ runDirectory: directory.path });
  const paths = Array.from({ length: 150 }, (_, index) => join(directory.path, `f${index}`));
  await host.makeFifos(paths);
  t.true((await Promise.all(paths.map((path) => lstat(path)))).every((stats) => stats.isFIFO()));
  t.true(host.calls.mkfifo <= 4, `${host.calls.mkfifo} calls`);
});

test('two callers for one path get one FIFO', async (t) => {
  await using directory = await temporaryDirectory();
  const host = createHost({ runDirectory: directory.path });
  const path = join(directory.path, 'stdout');
  await host.makeFifos([path]);
  const before = await lstat(path);
  await Promise.all(Array.from({ length: 8 }, () => host.makeFifos([path])));
  t.is((await lstat(path)).ino, before.ino);
});

test('what is no FIFO is left alone and reported', async (t) => {
  await using directory = await temporaryDirectory();
  const host = createHost({ runDirectory: directory.path });
  const path = join(directory.path, 'file');
  await writeFile(path, 'precious');
  const error = await t.throwsAsync(host.makeFifos([path]), { instanceOf: RuntimeError });
  t.is(error.code, 'FailedPrecondition');
  t.true((await lstat(path)).isFile());
});

test('spares of a daemon that died are used, except those already handed out', async (t) => {
  await using directory = await temporaryDirectory();
  await createHost({ runDirectory: directory.path }).warm();
  const spares = join(directory.path, 'host/fifos');
  const [halfGiven = ''] = await readdir(spares);
  const given = join(directory.path, 'given');
  await link(join(spares, halfGiven), given);
  const next = createHost({ runDirectory: directory.path });
  const paths = Array.from({ length: 30 }, (_, index) => join(directory.path, `f${index}`));
  await next.makeFifos(paths);
  t.is(next.calls.mkfifo, 0);
  const inode = (await lstat(given)).ino;
  for (const path of paths) t.not((await lstat(path)).ino, inode);
});

test('a spare directory that somebody emptied is filled again', async (t) => {
  await using directory = await temporaryDirectory();
  const host = createHost({ runDirectory: directory.path });
  await host.warm();
  await rm(join(directory.path, 'host/fifos'), { recursive: true });
  await mkdir(join(directory.path, 'host/fifos'));
  const path = join(directory.path, 'stdout');
  await host.makeFifos([path]);
  t.true((await lstat(path)).isFIFO());
});
