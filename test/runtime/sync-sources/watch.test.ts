/** Watching sources that are on this machine. */
import test, { type ExecutionContext } from 'ava';
import { mkdirSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { SyncSource } from '../../../runtime/ports/sync-sources.ts';
import { eventually } from '../../support/eventually.ts';
import { runGit } from '../../support/git/run-git.ts';
import { git, inWork } from './git-world.ts';
import { createSourcesWorld, type SourcesWorld } from './world.ts';

interface Watched extends Disposable {
  readonly calls: () => number;
  /** Resolves when the change was told, and everything that belongs to it. */
  readonly told: (what: string, change: () => unknown) => Promise<void>;
  /** Resolves when nothing has been told for a while. */
  readonly silent: () => Promise<void>;
}

async function watched(world: SourcesWorld, source: SyncSource): Promise<Watched> {
  let calls = 0;
  const watching = world.sources.watch(source, () => calls++);
  const silent = async (): Promise<void> => {
    for (let before = -1; before !== calls;) {
      before = calls;
      await delay(250);
    }
  };
  await eventually('watching has begun', () => calls > 0);
  await silent();
  return {
    calls: () => calls,
    silent,
    async told(what, change) {
      const before = calls;
      await change();
      await eventually(`a call because ${what}`, () => calls > before);
      await silent();
    },
    [Symbol.dispose]: () => watching[Symbol.dispose](),
  };
}

const write = (path: string, text: string): void => {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
};

/** As `ln -sfn` does. */
function swap(link: string, target: string): void {
  symlinkSync(target, `${link}.new`);
  renameSync(`${link}.new`, link);
}

test('saves of every editor are told, and what comes after them', async (t) => {
  await using world = await createSourcesWorld();
  const path = world.directory('infra');
  write(join(path, 'a.yaml'), '1');
  using watch = await watched(world, { type: 'directory', path });
  await watch.told('it was written in place', () => write(join(path, 'a.yaml'), '2'));
  await watch.told('it was written beside and renamed', () => {
    write(join(path, '.a.yaml.swp'), '3');
    renameSync(join(path, '.a.yaml.swp'), join(path, 'a.yaml'));
  });
  await watch.told('it was written again after that', () => write(join(path, 'a.yaml'), '4'));
  await watch.told('it was moved away and made anew', () => {
    renameSync(join(path, 'a.yaml'), join(path, 'a.yaml~'));
    write(join(path, 'a.yaml'), '5');
  });
  await watch.told('directories came with files in them', () => write(join(path, 'new/deep/b.yaml'), '1'));
  await watch.told('a file in them changed', () => write(join(path, 'new/deep/b.yaml'), '2'));
  t.pass();
});

test('links that are swapped are told: of files as Kubernetes mounts them, and the source itself', async (t) => {
  await using world = await createSourcesWorld();
  const mounted = world.directory('mounted');
  write(join(mounted, '..1/a.yaml'), '1');
  write(join(mounted, '..2/a.yaml'), '2');
  symlinkSync('..1', join(mounted, '..data'));
  symlinkSync('..data/a.yaml', join(mounted, 'a.yaml'));
  using inside = await watched(world, { type: 'directory', path: mounted });
  await inside.told('..data leads elsewhere', () => swap(join(mounted, '..data'), '..2'));

  const [current, releases] = [world.directory('current'), world.directory('releases')];
  write(join(releases, '1/a.yaml'), '1');
  write(join(releases, '2/a.yaml'), '2');
  symlinkSync('releases/1', current);
  using root = await watched(world, { type: 'directory', path: current });
  await root.told('the source leads elsewhere', () => swap(current, 'releases/2'));
  await root.told('a file where it leads to now changed', () => write(join(releases, '2/a.yaml'), '3'));
  t.pass();
});

test('a directory that goes and comes back, under another one too, is told', async (t) => {
  await using world = await createSourcesWorld();
  const path = world.directory('up/infra');
  using watch = await watched(world, { type: 'directory', path });
  await watch.told('it is there', () => write(join(path, 'a.yaml'), '1'));
  await watch.told('it is gone', () => rmSync(path, { recursive: true }));
  await watch.told('it is back', () => write(join(path, 'a.yaml'), '1'));
  await watch.told('what it is in was moved away', () => rename(dirname(path), world.directory('away')));
  await watch.told('another took its place', () => write(join(path, 'a.yaml'), '1'));
  await watch.told('that changes', () => write(join(path, 'a.yaml'), '2'));
  t.pass();
});

test.serial(
  'ten thousand changes are a call or two, and nothing in new directories is missed after them',
  async (t) => {
    await using world = await createSourcesWorld();
    const path = world.directory('infra');
    const hundred = Array.from({ length: 100 }, (_, index) => index);
    for (const index of hundred) write(join(path, `f${index}.yaml`), '1');
    using watch = await watched(world, { type: 'directory', path });
    const before = watch.calls();
    // Faster than anybody reads the kernel's queue, so that it runs over.
    for (const group of hundred) {
      write(join(path, `d${group}/a.yaml`), 'x');
      for (const index of hundred) utimesSync(join(path, `f${index}.yaml`), group, index);
    }
    await eventually('a call', () => watch.calls() > before);
    await watch.silent();
    // two and more where the processor is somebody else's in the middle of them
    t.true(watch.calls() - before < 10, String(watch.calls() - before));
    await watch.told('a file of the last directory changed', () => write(join(path, 'd99/a.yaml'), 'y'));
  },
);

test.serial('a save is told within some tens of milliseconds', async (t) => {
  await using world = await createSourcesWorld();
  const path = world.directory('infra');
  write(join(path, 'a.yaml'), '1');
  let last = 0;
  using _watch = world.sources.watch({ type: 'directory', path }, () => (last = performance.now()));
  await eventually('watching has begun', () => last > 0);
  const times: number[] = [];
  for (let round = 0; round < 15; round++) {
    await delay(150);
    const start = performance.now();
    writeFileSync(join(path, 'a.yaml'), String(round));
    await eventually('a call', () => last > start);
    times.push(last - start);
  }
  const median = times.toSorted((a, b) => a - b)[7] ?? 0;
  t.log(`save to callback: median ${median.toFixed(1)} ms of ${times.length}`);
  t.true(median < 1000, String(median));
});

async function refsAreTold(t: ExecutionContext): Promise<void> {
  await using world = await createSourcesWorld();
  const repository = await world.bare('app');
  await repository.commit({ a: '1' });
  const bare = world.directory('copy.git');
  await runGit(['clone', '-q', '--bare', repository.path, bare]);
  using watch = await watched(world, git(`file://${bare}`));
  const push = (...words: readonly string[]) => inWork(repository, 'push', '-q', '--force', bare, ...words);
  await repository.commit({ a: '2' });
  await watch.told('somebody pushed', () => push('main'));
  await watch.told('refs were packed', () => runGit(['-C', bare, 'pack-refs', '--all']));
  await watch.told('a tag is new', () => push('main:refs/tags/v1'));
  await watch.told('HEAD is of another branch', () => runGit(['-C', bare, 'symbolic-ref', 'HEAD', 'refs/heads/other']));
  await watch.told('a branch with slashes is new', () => push('main:refs/heads/team/x'));
  await watch.told('a branch goes', () => push(':refs/heads/team/x'));
  await watch.told('the repository goes', () => rmSync(bare, { recursive: true }));
  await watch.told('it is back', () => runGit(['clone', '-q', '--bare', repository.path, bare]));
  t.pass();
}

test('whatever changes refs of a bare repository is told', (t) => refsAreTold(t));

test('commits in a repository with files around it are told, and nothing else in it is', async (t) => {
  await using world = await createSourcesWorld();
  const repository = await world.bare('app');
  await repository.commit({ a: '1' });
  const work = repository.path.replace(/\.git$/, '.work');
  using watch = await watched(world, git(work));
  await watch.told('somebody committed', () => inWork(repository, 'commit', '-q', '--allow-empty', '-m', 'x'));
  const before = watch.calls();
  write(join(work, 'b'), 'not committed');
  await inWork(repository, 'status');
  await inWork(repository, 'add', 'b');
  await inWork(repository, 'stash', 'list');
  await watch.silent();
  t.is(watch.calls(), before);
  await inWork(repository, 'worktree', 'add', '-q', '-b', 'side', world.directory('side'));
  using beside = await watched(world, git(world.directory('side')));
  await beside.told('somebody committed beside', () =>
    runGit(['-C', world.directory('side'), 'commit', '-q', '--allow-empty', '-m', 'x']),
  );
});

test('nobody is told of what is elsewhere, and nothing of it is asked', async (t) => {
  await using world = await createSourcesWorld();
  let calls = 0;
  using _git = world.sources.watch(git('https://git.example/app.git'), () => calls++);
  using _oci = world.sources.watch({ type: 'oci', reference: 'registry.example/a:1', insecure: false }, () => calls++);
  await delay(200);
  t.is(calls, 0);
});
