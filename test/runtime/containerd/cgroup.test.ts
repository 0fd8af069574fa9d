import test from 'ava';
import { mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { counterOf, readCgroup, removeCgroupParent } from '../../../runtime/containerd/cgroup.ts';
import { makeFolder } from '../../support/interruption.ts';

async function tree(files: Readonly<Record<string, string>>): Promise<string> {
  const root = await makeFolder(join(tmpdir(), 'tsm-cgroup-'));
  for (const [path, content] of Object.entries(files)) {
    await mkdir(join(root, path, '..'), { recursive: true });
    await writeFile(join(root, path), content);
  }
  return root;
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

test('on v1 a file is below its controller, on v2 below the root; one that is not there is undefined', async (t) => {
  const root = await tree({ 'memory/a/b/memory.limit': '5\n', 'a/b/memory.max': 'max\n' });
  try {
    t.is(await readCgroup({ root, version: 1, path: '/a/b' }, 'memory', 'memory.limit'), '5');
    t.is(await readCgroup({ root, version: 2, path: '/a/b' }, 'memory', 'memory.max'), 'max');
    t.is(await readCgroup({ root, version: 1, path: '/a/b' }, 'pids', 'pids.max'), undefined);
  } finally {
    await rm(root, { recursive: true });
  }
});

test('a counter is found by its whole name', (t) => {
  t.is(counterOf('oom_kill_disable 0\nunder_oom 1\noom_kill 3', 'oom_kill'), 3);
  t.is(counterOf('low 0\noom 2', 'oom_kill'), undefined);
  t.is(counterOf(undefined, 'oom_kill'), undefined);
});

test('only empty cgroups go, in every hierarchy', async (t) => {
  const root = await tree({ 'memory/tasks': '', 'pids/tsmoby/other/x': '' });
  try {
    for (const folder of ['memory/tsmoby/mine', 'pids/tsmoby/mine', 'tsmoby/mine']) {
      await mkdir(join(root, folder), { recursive: true });
    }
    await removeCgroupParent(root, '/tsmoby/mine');
    await removeCgroupParent(root, '/tsmoby/mine');
    t.false(await exists(join(root, 'memory/tsmoby')));
    t.false(await exists(join(root, 'tsmoby')));
    t.false(await exists(join(root, 'pids/tsmoby/mine')));
    t.true(await exists(join(root, 'pids/tsmoby/other')));
  } finally {
    await rm(root, { recursive: true });
  }
});
