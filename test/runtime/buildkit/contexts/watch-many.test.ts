import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import test from 'ava';
import { watchContext } from '../../../../runtime/buildkit/contexts/watch.ts';
import { recordingLog } from '../../../support/recording-log.ts';
import { makeTree } from '../../files/tree.ts';
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

/** Watches of the kernel that this process has. */
function kernelWatches(): number {
  const files = readdirSync('/proc/self/fdinfo').map((name) => {
    try {
      return readFileSync(`/proc/self/fdinfo/${name}`, 'utf8');
    } catch {
      return '';
    }
  });
  return files.join('').split(/^inotify wd:/m).length - 1;
}

for (const maxDirectories of [0, 10]) {
  test.serial(
    `nothing is watched when it is over, with room for ${maxDirectories} watches and a look under way`,
    async (t) => {
      await using tree = await makeTree({ 'context/d/file': '' });
      const before = kernelWatches();
      for (const wait of [undefined, 0, 1, 5, 60]) {
        const options = { onChange: () => undefined, log: recordingLog(), maxDirectories, retryAfter: 100 };
        const watching = watchContext({ path: join(tree.path, 'context'), ...options });
        t.true(kernelWatches() > before);
        if (wait !== undefined) await delay(wait);
        watching[Symbol.dispose]();
      }
      await delay(250);
      t.is(kernelWatches(), before);
    },
  );
}
