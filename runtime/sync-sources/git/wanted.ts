/** What a Sync's ref stands for in a repository now. */
import { highestInRange, isSemverRange } from '../../../schemas/values/semver-range.ts';
import { RuntimeError } from '../../errors.ts';
import { checkRef, isCommit, type GitAddress } from '../../git/address.ts';
import type { Git } from '../../git/git.ts';
import { commitOf, listRefs, type RemoteRef } from '../../git/remote-refs.ts';
import type { GitRef } from '../../ports/sync-sources.ts';

export interface Wanted {
  readonly commit: string;
  /** Absent: a commit was named, and nobody was asked about it. */
  readonly found?: RemoteRef;
  /** How it is called in a revision. */
  readonly name?: string;
  /** The object that a tag is, when one was asked for: the commit itself for a tag without a message. */
  readonly tag?: string;
}

/** Rejects with NotFound (RefNotFound), InvalidArgument for what is no ref, and as git fails. */
export async function findWanted(git: Git, address: GitAddress, ref: GitRef): Promise<Wanted> {
  if ('range' in ref) return await findVersion(git, address, ref.range);
  switch (ref.type) {
    case 'default':
      return await findHead(git, address);
    case 'commit':
      return { commit: checkCommit(ref.name) };
    default: {
      const name = `refs/${ref.type === 'tag' ? 'tags' : 'heads'}/${checkRef(ref.name)}`;
      const { ids } = await listRefs(git, address, [name]);
      return wanted(ids, name) ?? missing(git, address, `${ref.type} ${ref.name}`);
    }
  }
}

async function findHead(git: Git, address: GitAddress): Promise<Wanted> {
  const { ids, head = 'HEAD' } = await listRefs(git, address, ['HEAD']);
  const commit = ids.get('HEAD');
  if (commit === undefined) return missing(git, address, 'HEAD that leads to a commit: name a branch');
  return { commit, found: { name: head, commit }, name: shortName(head) };
}

async function findVersion(git: Git, address: GitAddress, range: string): Promise<Wanted> {
  if (!isSemverRange(range)) {
    throw new RuntimeError('InvalidArgument', `${JSON.stringify(range)} is no range of versions, as \`>=1.2.0 <2\` is`);
  }
  const { ids } = await listRefs(git, address, ['refs/tags/*']);
  const tags = [...ids.keys()].filter((name) => name.startsWith('refs/tags/') && !name.endsWith('^{}')).map(shortName);
  const tag = highestInRange(tags, range);
  const found = tag === undefined ? undefined : wanted(ids, `refs/tags/${tag}`);
  return found ?? missing(git, address, `tag with a version in ${range}`);
}

function wanted(ids: ReadonlyMap<string, string>, name: string): Wanted | undefined {
  const commit = commitOf(ids, name);
  if (commit === undefined) return undefined;
  const tag = name.startsWith('refs/tags/') ? ids.get(name) : undefined;
  return { commit, found: { name, commit }, name: shortName(name), ...(tag === undefined ? {} : { tag }) };
}

const shortName = (name: string): string => name.replace(/^refs\/(heads|tags)\//, '');

function checkCommit(name: string): string {
  if (isCommit(name)) return name;
  throw new RuntimeError('InvalidArgument', `${JSON.stringify(name)} is no whole commit id (40 or 64 digits)`);
}

function missing(git: Git, { url }: GitAddress, what: string): never {
  throw new RuntimeError('NotFound', `${url} has no ${what}`, { reason: git.reasons.ref });
}

/** `main@sha1:…`, or `sha1:…` where no name was asked for. */
export function revisionOf(name: string | undefined, commit: string): string {
  return `${name === undefined ? '' : `${name}@`}${commit.length === 64 ? 'sha256' : 'sha1'}:${commit}`;
}
