/** A repository's files as a directory: `<place>/tree`, and beside it, where no build sees them, the objects that they come from. */
import { lstat, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { RuntimeError } from '../../errors.ts';
import type { ContextSource, PreparedContext } from '../../ports/build-contexts.ts';
import type { Host } from '../../ports/host.ts';
import { notFound } from './failures.ts';
import { findInside } from './inside.ts';
import { isCommit, parseAddress } from '../../git/address.ts';
import { anewIfCorrupt, checkOutWhole } from '../../git/check-out-whole.ts';
import { openGitEnvironment } from '../../git/environment.ts';
import { createGit, type GitReasons } from '../../git/git.ts';
import { findRef } from '../../git/remote-refs.ts';

export type GitSource = Extract<ContextSource, { type: 'git' }>;

export interface GitTools {
  readonly host: Host;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal | undefined;
}

const reasons: GitReasons = {
  repository: 'ContextNotFound',
  ref: 'ContextNotFound',
  unreachable: 'ContextFetchFailed',
};

/** `place` is private. Rejects as the port says. */
export async function prepareGit(place: string, source: GitSource, tools: GitTools): Promise<PreparedContext> {
  const address = parseAddress(source.url);
  await using environment = await openGitEnvironment(join(place, 'home'), address, source.credentials, tools.env);
  const git = createGit(tools, environment, reasons);
  const tree = join(place, 'tree');
  const copy = join(place, 'copy');
  const work = { place: copy, address, ref: source.ref, tree };
  const revision = await anewIfCorrupt([copy, tree], () => checkOutWhole(git, work, source.submodules));
  return { path: await subdirectoryOf(tree, source), revision };
}

/** The commit that the source stands for now; undefined when only fetching can tell. `place` is private, and anybody's. */
export async function gitRevision(place: string, source: GitSource, tools: GitTools): Promise<string | undefined> {
  const address = parseAddress(source.url);
  if (source.ref !== undefined && isCommit(source.ref)) return source.ref;
  try {
    await using environment = await openGitEnvironment(place, address, source.credentials, tools.env);
    return (await findRef(createGit(tools, environment, reasons), address, source.ref))?.commit;
  } finally {
    await rm(place, { recursive: true, force: true });
  }
}

async function subdirectoryOf(tree: string, { subdirectory, url }: GitSource): Promise<string> {
  if (subdirectory === undefined) return tree;
  if (subdirectory.startsWith('/') || subdirectory.split('/').includes('..')) {
    throw new RuntimeError(
      'InvalidArgument',
      `the subdirectory ${JSON.stringify(subdirectory)} leads out of the repository`,
    );
  }
  const inside = await findInside(tree, subdirectory);
  const path = inside === undefined ? undefined : join(tree, inside);
  const stats = path === undefined ? undefined : await lstat(path);
  if (path !== undefined && stats?.isDirectory() === true) return path;
  throw notFound(subdirectory, `${parseAddress(url).url} has no directory`);
}
