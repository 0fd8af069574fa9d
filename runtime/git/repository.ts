/** Our copy of a repository: its objects, as few as will do, and one commit of it as files. */
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isRuntimeError, RuntimeError } from '../errors.ts';
import type { GitAddress } from './address.ts';
import { wantsEverything, type Git } from './git.ts';
import { findRef, type RemoteRef } from './remote-refs.ts';

/** What keeps the objects of the commit that is wanted. */
const wanted = 'refs/tsmoby/wanted';

/** Minutes. */
const fetchLimit = 30;
const checkoutLimit = 15;

/** Each fetch leaves a pack or some files; from this many on they are put together, and what nobody needs goes. */
const maxPacks = 12;

export interface Checkout {
  /** Where the copy stands: objects in `repository`, beside it the address that they are from. */
  readonly place: string;
  readonly address: GitAddress;
  readonly ref: string | undefined;
  /** What `ref` stands for, where somebody has asked already. */
  readonly found?: RemoteRef;
  /** Where the files go. */
  readonly tree: string;
  /** The tree is a new one: what the copy remembers of files is of another. */
  readonly isNew?: boolean;
  /** Looks at the commit before its files are written; nothing is when it rejects. */
  readonly approve?: (repository: string, commit: string) => Promise<void>;
}

/** Brings the commit that `ref` stands for now into `tree`; what is there already and the same stays untouched. Resolves with the commit. */
export async function checkOut(git: Git, work: Checkout): Promise<string> {
  const { place, tree } = work;
  const repository = await openRepository(git, place, work.address);
  const commit = await fetchCommit(git, repository, work);
  await work.approve?.(repository, commit);
  if (work.isNew === true) await rm(join(repository, 'index'), { force: true });
  await mkdir(tree, { recursive: true });
  const inTree = [`--git-dir=${repository}`, `--work-tree=${tree}`];
  await git.run([...inTree, 'reset', '--hard', '--quiet', commit], checkoutLimit);
  await git.run([...inTree, '-C', tree, 'clean', '-ffdxq'], checkoutLimit);
  await collect(git, repository);
  return commit;
}

async function openRepository(git: Git, place: string, { url }: GitAddress): Promise<string> {
  const repository = join(place, 'repository');
  const marker = join(place, 'address');
  const isThere = existsSync(join(repository, 'HEAD')) && (await readFile(marker, 'utf8').catch(() => '')) === url;
  if (!isThere) {
    await rm(place, { recursive: true, force: true });
    await mkdir(place, { recursive: true, mode: 0o700 });
    await git.run(['init', '--quiet', '--bare', repository]);
    await writeFile(marker, url);
  }
  await removeLocks(repository);
  return repository;
}

/** Of a git that was killed. Nobody else works in here, and we waited for whom we started. */
async function removeLocks(repository: string): Promise<void> {
  const here = await readdir(repository);
  const refs = (await readdir(join(repository, 'refs'), { recursive: true })).map((name) => join('refs', name));
  for (const name of [...here, ...refs]) {
    if (name.endsWith('.lock')) await rm(join(repository, name), { force: true });
  }
}

async function fetchCommit(git: Git, repository: string, { address, ref, found: known }: Checkout): Promise<string> {
  const found = known ?? (await findRef(git, address, ref));
  const name = found?.commit ?? ref ?? '';
  const here = await findCommit(git, repository, name);
  if (here !== undefined) return await keep(git, repository, here);
  const from = [`--git-dir=${repository}`, 'fetch', '--quiet', '--force', '--no-tags', '--no-write-fetch-head'];
  try {
    if (found === undefined && ref?.length !== 40 && ref?.length !== 64) return await fetchAll();
    await git.run([...from, '--depth=1', '--', address.url, `+${found?.name ?? name}:${wanted}`], fetchLimit);
  } catch (error) {
    if (!wantsEverything(error)) throw error;
    return await fetchAll();
  }
  return await needCommit(git, repository, wanted, address);

  async function fetchAll(): Promise<string> {
    const isShallow = (await git.run([`--git-dir=${repository}`, 'rev-parse', '--is-shallow-repository'])).trim();
    const refs = ['+refs/heads/*:refs/tsmoby/heads/*', '+refs/tags/*:refs/tsmoby/tags/*'];
    const head = found === undefined ? [] : [`+${found.name}:${wanted}`];
    const depth = isShallow === 'true' ? ['--unshallow'] : [];
    await git.run([...from, ...depth, '--', address.url, ...refs, ...head], fetchLimit);
    return await keep(git, repository, await needCommit(git, repository, found === undefined ? name : wanted, address));
  }
}

/** The commit's id when it is here, with all that belongs to it. */
async function findCommit(git: Git, repository: string, commit: string): Promise<string | undefined> {
  if (commit === '') return undefined;
  try {
    const text = await git.run([
      `--git-dir=${repository}`,
      'rev-parse',
      '--quiet',
      '--verify',
      '--end-of-options',
      `${commit}^{commit}`,
    ]);
    return text.trim();
  } catch (error) {
    if (isRuntimeError(error, 'Cancelled', 'Unsupported')) throw error;
    return undefined;
  }
}

async function needCommit(git: Git, repository: string, name: string, { url }: GitAddress): Promise<string> {
  const commit = await findCommit(git, repository, name);
  if (commit !== undefined) return commit;
  throw new RuntimeError('NotFound', `${url} has no branch, tag or commit ${name}`, { reason: git.reasons.ref });
}

/** So that it stays when what nobody needs goes. */
async function keep(git: Git, repository: string, commit: string): Promise<string> {
  await git.run([`--git-dir=${repository}`, 'update-ref', wanted, commit]);
  return commit;
}

async function collect(git: Git, repository: string): Promise<void> {
  const packs = (await readdir(join(repository, 'objects/pack'))).filter((name) => name.endsWith('.pack'));
  if (packs.length < maxPacks) return;
  await git.run([`--git-dir=${repository}`, 'gc', '--quiet', '--prune=now'], fetchLimit);
}
