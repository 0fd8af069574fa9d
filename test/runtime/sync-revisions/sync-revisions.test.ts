import test from 'ava';
import { readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tmpdir } from 'node:os';
import { createSyncRevisions } from '../../../runtime/sync-revisions/create.ts';
import { makeFolder } from '../../support/interruption.ts';
import { ManualTime } from '../../support/manual-time.ts';
import { syncRevisionsSuite } from '../../suites/sync-revisions.ts';

async function open() {
  const dataDirectory = await makeFolder(join(tmpdir(), 'tsm-revisions-'));
  const clock = { at: new ManualTime().now() };
  return {
    dataDirectory,
    revisions: createSyncRevisions({ dataDirectory, clock: { now: () => clock.at } }),
    tick: () => void (clock.at += 1000),
    [Symbol.asyncDispose]: () => rm(dataDirectory, { recursive: true, force: true }),
  };
}

syncRevisionsSuite(test, open);

const DIGEST = `sha256:${'a'.repeat(64)}`;

test('nobody else can read them', async (t) => {
  await using world = await open();
  await world.revisions.save('one', { revision: 'r', digest: DIGEST, objects: ['{"secret":1}'] });
  const directory = join(world.dataDirectory, 'sync-revisions', 'one');
  const [name = ''] = await readdir(directory);
  t.is((await stat(join(directory, name))).mode & 0o777, 0o600);
  t.is((await stat(directory)).mode & 0o777, 0o700);
});

test('one that is damaged is none', async (t) => {
  await using world = await open();
  await world.revisions.save('one', { revision: 'r', digest: DIGEST, objects: [] });
  const directory = join(world.dataDirectory, 'sync-revisions', 'one');
  const [name = ''] = await readdir(directory);
  await writeFile(join(directory, name), 'nonsense');
  t.is(await world.revisions.load('one', DIGEST), undefined);
});

test('an owner that would lead elsewhere is refused', async (t) => {
  await using world = await open();
  await t.throwsAsync(world.revisions.save('../x', { revision: 'r', digest: DIGEST, objects: [] }), {
    message: /no id of an owner/,
  });
});
