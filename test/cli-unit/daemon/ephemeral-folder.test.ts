import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { DirectoryError } from '../../../cli/daemon/directories.ts';
import { removeFolder, takeFolder, takeLeftFolder } from '../../../cli/daemon/ephemeral-folder.ts';

async function folderOf(body: (folder: string, mark: string) => Promise<void>): Promise<void> {
  const outer = await mkdtemp(join(tmpdir(), 'tsm-ephemeral-'));
  const folder = join(outer, 'folder');
  try {
    (await takeFolder(folder))[Symbol.dispose]();
    await body(folder, join(folder, 'ephemeral'));
  } finally {
    await rm(outer, { recursive: true });
  }
}

test('a folder that is held is not taken; one that was left is, and is gone when it is removed', async (t) => {
  await folderOf(async (folder) => {
    {
      using _held = await takeFolder(folder);
      t.is(await takeLeftFolder(folder), undefined);
    }
    using left = await takeLeftFolder(folder);
    t.truthy(left);
    await removeFolder(folder);
    t.is(await takeLeftFolder(folder), undefined);
  });
});

test('one whose processes we would not see is left alone, and free again; after another boot nothing runs', async (t) => {
  await folderOf(async (folder, mark) => {
    const [boot = ''] = (await readFile(mark, 'utf8')).split(' ');
    await writeFile(mark, `${boot} pid:[1]\n`);
    for (let tries = 0; tries < 2; tries += 1)
      await t.throwsAsync(takeLeftFolder(folder), { instanceOf: DirectoryError, message: /outside of this container/ });
    await writeFile(mark, '00000000-0000-0000-0000-000000000000 pid:[1]\n');
    using left = await takeLeftFolder(folder);
    t.truthy(left);
  });
});
