import { mkdir, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { runGit } from './run-git.ts';

/** A bare repository that a test writes commits into. */
export interface TestRepository {
  /** Absolute path; ends with `.git`. */
  readonly path: string;
  /** A commit of these files on top of a branch (default `main`). Resolves with its name, 40 digits. */
  commit(files: CommittedFiles, branch?: string): Promise<string>;
  /** An annotated tag of a commit (default: the newest of `main`). */
  tag(name: string, commit?: string): Promise<void>;
}

/** By path: the content; `undefined` takes it away; `submodule`: a commit of a repository beside this one. */
export type CommittedFiles = Readonly<
  Record<string, string | undefined | { readonly submodule: TestRepository; readonly commit: string }>
>;

/** `<folder>/<name>.git`, empty. */
export async function createRepository(folder: string, name: string): Promise<TestRepository> {
  const path = join(folder, `${name}.git`);
  const work = join(folder, `${name}.work`);
  await runGit(['init', '-q', '--bare', '--initial-branch=main', path]);
  // Commits may be asked for by their names, as BuildKit does.
  await runGit(['-C', path, 'config', 'uploadpack.allowAnySHA1InWant', 'true']);
  await runGit(['init', '-q', '--initial-branch=main', work]);
  const submodules = new Map<string, string>();
  return {
    path,
    async commit(files, branch = 'main') {
      const there = await runGit(['-C', work, 'rev-parse', '-q', '--verify', `refs/heads/${branch}`]).catch(() => '');
      if (there !== '') await runGit(['-C', work, 'checkout', '-q', branch]);
      else await runGit(['-C', work, 'checkout', '-q', '-B', branch]);
      for (const [file, content] of Object.entries(files)) {
        if (typeof content === 'object') {
          submodules.set(file, basename(content.submodule.path));
          await writeTo(join(work, '.gitmodules'), gitmodules(submodules));
          await runGit(['-C', work, 'update-index', '--add', '--cacheinfo', `160000,${content.commit},${file}`]);
        } else if (content === undefined) await rm(join(work, file));
        else await writeTo(join(work, file), content);
        if (typeof content !== 'object') await runGit(['-C', work, 'add', '-A', '--', file]);
      }
      if (submodules.size > 0) await runGit(['-C', work, 'add', '.gitmodules']);
      await runGit(['-C', work, 'commit', '-q', '--allow-empty', '-m', 'Change something']);
      await runGit(['-C', work, 'push', '-q', path, branch]);
      return await runGit(['-C', work, 'rev-parse', 'HEAD']);
    },
    async tag(name, commit = 'main') {
      await runGit(['-C', work, 'tag', '-a', '-m', name, name, commit]);
      await runGit(['-C', work, 'push', '-q', path, name]);
    },
  };
}

/** Relative URLs: the submodule is served the same way as the repository. */
function gitmodules(submodules: ReadonlyMap<string, string>): string {
  return [...submodules]
    .map(([path, repository]) => `[submodule "${path}"]\n\tpath = ${path}\n\turl = ../${repository}\n`)
    .join('');
}

async function writeTo(path: string, content: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
}
