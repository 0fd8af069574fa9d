import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { settled, watched } from './watched.ts';

const numbers = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index);

test.serial('thousands of changes are few calls, and directories of the burst are watched', async (t) => {
  await using scene = await watched({ 'context/file': '' });
  const before = scene.calls();
  await scene.told('there are thousands of files', async () => {
    for (const group of numbers(40)) {
      await mkdir(join(scene.path, `d${group}/deep`), { recursive: true });
      await Promise.all(numbers(100).map((index) => writeFile(join(scene.path, `d${group}/f${index}`), '')));
    }
  });
  t.true(scene.calls() - before < 100, String(scene.calls() - before));
  await scene.told('a file of the last directory changed', () => writeFile(join(scene.path, 'd39/deep/file'), ''));
});

test.serial('thousands of directories are watched', async (t) => {
  await using scene = await watched({ 'context/file': '' });
  for (const group of numbers(20)) {
    await Promise.all(
      numbers(100).map((index) => mkdir(join(scene.path, `d${group}/e${index}/deep`), { recursive: true })),
    );
  }
  await settled(scene.calls);
  await scene.told('a file of the last one changed', () => writeFile(join(scene.path, 'd19/e99/deep/file'), ''));
  t.pass();
});
