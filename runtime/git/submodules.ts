/** Submodules, without git's own command for them: that one leaves `.git` files in the tree, and reads settings from what it fetched. */
import { lstat, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createHash } from 'node:crypto';
import { RuntimeError } from '../errors.ts';
import { parseSubmoduleAddress, type GitAddress } from './address.ts';
import type { Git } from './git.ts';

export interface Submodule {
  /** In the tree. */
  readonly path: string;
  readonly address: GitAddress;
  readonly commit: string;
}

/** Of a commit that is checked out. Rejects with InvalidArgument when one has no address, or one that is not allowed. */
export async function findSubmodules(
  git: Git,
  {
    repository,
    commit,
    address,
  }: { readonly repository: string; readonly commit: string; readonly address: GitAddress },
): Promise<readonly Submodule[]> {
  const at = `--git-dir=${repository}`;
  const list = (paths: readonly string[]) => git.run([at, 'ls-tree', '-z', '--full-tree', commit, '--', ...paths]);
  if ((await list(['.gitmodules'])) === '') return [];
  const modules = parseModules(await git.run([at, 'config', '--blob', `${commit}:.gitmodules`, '--list', '-z']));
  const paths = [...modules.keys()];
  const links = paths.length === 0 ? [] : parseLinks(await list(paths));
  return links.flatMap(({ path, commit: linked }) => {
    const module = modules.get(path);
    const url = module?.get('url');
    if (url === undefined) {
      throw new RuntimeError('InvalidArgument', `.gitmodules does not tell the address of the submodule ${path}`);
    }
    return module?.get('update') === 'none'
      ? []
      : [{ path, commit: linked, address: parseSubmoduleAddress(url, address) }];
  });
}

/** Entries of mode 160000: `<mode> commit <id>\t<path>`. What .gitmodules names otherwise is no submodule (any more). */
function parseLinks(text: string): readonly { readonly path: string; readonly commit: string }[] {
  return text.split('\0').flatMap((line) => {
    const [, commit, path] = /^160000 commit ([0-9a-f]+)\t(.+)$/s.exec(line) ?? [];
    return commit === undefined || path === undefined ? [] : [{ path, commit }];
  });
}

/** `submodule.<name>.<key>\n<value>`, by path. */
function parseModules(text: string): ReadonlyMap<string, ReadonlyMap<string, string>> {
  const modules = new Map<string, Map<string, string>>();
  for (const entry of text.split('\0')) {
    const [, name, key, value] = /^submodule\.(.+)\.([^.\n]+)\n(.*)$/s.exec(entry) ?? [];
    if (name === undefined || key === undefined) continue;
    const module = modules.get(name) ?? new Map<string, string>();
    modules.set(name, module.set(key, value ?? ''));
  }
  const byPath = new Map<string, ReadonlyMap<string, string>>();
  for (const module of modules.values()) {
    const path = module.get('path') ?? '';
    if (path !== '') byPath.set(path, module);
  }
  return byPath;
}

/** Where the copy of a submodule stands below that of its repository. */
export const submodulePlace = (place: string, path: string): string =>
  join(place, 'modules', createHash('sha256').update(path).digest('hex').slice(0, 32));

/** git leaves an empty directory where a submodule goes. What stands there otherwise is nothing of ours. */
export async function ensureRealDirectory(path: string): Promise<void> {
  const stats = await lstat(path).catch(() => undefined);
  if (stats?.isDirectory() === true) return;
  await rm(path, { force: true });
  await mkdir(path);
}
