/** A repository's files as a directory: `<place>/tree`, and beside it, where no build sees them, the objects that they come from. */
import { lstat, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { RuntimeError } from '../../../errors.ts';
import type { ContextSource, PreparedContext } from '../../../ports/build-contexts.ts';
import type { Host } from '../../../ports/host.ts';
import { notFound } from '../failures.ts';
import { findInside } from '../inside.ts';
import { isCommit, parseAddress, type GitAddress } from './address.ts';
import { openGitEnvironment } from './environment.ts';
import { createGit, saysCorrupt, type Git } from './git.ts';
import { findRef } from './remote-refs.ts';
import { checkOut } from './repository.ts';
import { ensureRealDirectory, findSubmodules, submodulePlace } from './submodules.ts';

export type GitSource = Extract<ContextSource, { type: 'git' }>;

export interface GitTools {
  readonly host: Host;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal | undefined;
}

/** Submodules of submodules. */
const maxDepth = 10;

/** `place` is private. Rejects as the port says. */
export async function prepareGit(place: string, source: GitSource, tools: GitTools): Promise<PreparedContext> {
  const address = parseAddress(source.url);
  await using environment = await openGitEnvironment(join(place, 'home'), address, source.credentials, tools.env);
  const git = createGit(tools, environment);
  const tree = join(place, 'tree');
  const work = { place: join(place, 'copy'), address, ref: source.ref, tree };
  const revision = await anewIfCorrupt(place, () => checkOutWhole(git, work, source.submodules, 0));
  return { path: await subdirectoryOf(tree, source), revision };
}

/** The commit that the source stands for now; undefined when only fetching can tell. `place` is private, and anybody's. */
export async function gitRevision(place: string, source: GitSource, tools: GitTools): Promise<string | undefined> {
  const address = parseAddress(source.url);
  if (source.ref !== undefined && isCommit(source.ref)) return source.ref;
  try {
    await using environment = await openGitEnvironment(place, address, source.credentials, tools.env);
    return (await findRef(createGit(tools, environment), address, source.ref))?.commit;
  } finally {
    await rm(place, { recursive: true, force: true });
  }
}

interface Work {
  readonly place: string;
  readonly address: GitAddress;
  readonly ref: string | undefined;
  readonly tree: string;
}

async function checkOutWhole(git: Git, work: Work, submodules: boolean, depth: number): Promise<string> {
  const commit = await checkOut(git, work);
  if (!submodules) return commit;
  if (depth > maxDepth) throw new RuntimeError('InvalidArgument', `submodules go deeper than ${maxDepth} levels`);
  const repository = join(work.place, 'repository');
  for (const module of await findSubmodules(git, { repository, commit, address: work.address })) {
    const tree = join(work.tree, module.path);
    await ensureRealDirectory(tree);
    const place = submodulePlace(work.place, module.path);
    await checkOutWhole(git, { place, address: module.address, ref: module.commit, tree }, true, depth + 1);
  }
  return commit;
}

/** What is here is a copy: a broken one is no trouble of anybody's. */
async function anewIfCorrupt<T>(place: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!saysCorrupt(error)) throw error;
    for (const name of ['copy', 'tree']) await rm(join(place, name), { recursive: true, force: true });
    return await work();
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
