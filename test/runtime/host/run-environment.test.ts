import { chmod, writeFile } from 'node:fs/promises';
import test from 'ava';
import { createHost } from '../../../runtime/host/create-host.ts';
import { temporaryDirectory } from './temporary.ts';

test('a program finds what it was given in its environment, and nothing else of ours', async (t) => {
  await using directory = await temporaryDirectory();
  await writeFile(`${directory.path}/git`, '#!/bin/sh\necho "$1 $GIT_DIR $HOME $LC_ALL"');
  await chmod(`${directory.path}/git`, 0o755);
  const host = createHost({ runDirectory: directory.path, path: `${directory.path}:${process.env['PATH'] ?? ''}` });
  t.is((await host.run('git', ['x'], { environment: { GIT_DIR: '/y' } })).stdout, 'x /y  C\n');
  t.is((await host.run('git', ['x'])).stdout, 'x   C\n');
  t.is(host.calls.git, 2);
});
