/** A repository and its submodules as one tree of files. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isRuntimeError, RuntimeError } from '../errors.ts';
import { saysCorrupt, type Git } from './git.ts';
import { checkOut, type Checkout } from './repository.ts';
import { ensureRealDirectory, findSubmodules, submodulePlace } from './submodules.ts';

/** Submodules of submodules. */
const maxDepth = 10;

/** As `checkOut` does, and whatever its submodules have where they go. Resolves with the commit. */
export async function checkOutWhole(git: Git, work: Checkout, submodules: boolean, depth = 0): Promise<string> {
  const commit = await checkOut(git, work);
  if (!submodules) return commit;
  if (depth > maxDepth) throw new RuntimeError('InvalidArgument', `submodules go deeper than ${maxDepth} levels`);
  const repository = join(work.place, 'repository');
  const { isNew = false } = work;
  for (const module of await findSubmodules(git, { repository, commit, address: work.address })) {
    const tree = join(work.tree, module.path);
    await ensureRealDirectory(tree);
    const place = submodulePlace(work.place, module.path);
    await checkOutWhole(git, { place, address: module.address, ref: module.commit, tree, isNew }, true, depth + 1);
  }
  return commit;
}

/** What is at `paths` is a copy of ours: when it is broken it is nobody's trouble, and made again. */
export async function anewIfCorrupt<T>(paths: readonly string[], work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    // What somebody who had to approve it says is of what was fetched, not of our copy.
    if (isRuntimeError(error, 'Corrupt') || !saysCorrupt(error)) throw error;
    for (const path of paths) await rm(path, { recursive: true, force: true });
    return await work();
  }
}
