/** What names of a repository stand for, asked of the repository itself. */
import { RuntimeError } from '../errors.ts';
import { checkRef, isCommit, mayBeCommit, type GitAddress } from './address.ts';
import type { Git } from './git.ts';

export interface RemoteRef {
  /** For fetch: full name of the ref. */
  readonly name: string;
  readonly commit: string;
}

export interface RemoteRefs {
  /** Object ids by full name; `<name>^{}`: what an annotated tag is of. */
  readonly ids: ReadonlyMap<string, string>;
  /** The branch that HEAD names, where the repository tells. */
  readonly head?: string;
}

/** The refs that fit one of these patterns: full names, or with `*` in them. */
export async function listRefs(git: Git, { url }: GitAddress, patterns: readonly string[]): Promise<RemoteRefs> {
  const text = await git.run(['ls-remote', '--quiet', '--symref', '--', url, ...patterns.flatMap(withPeeled)]);
  const ids = new Map<string, string>();
  let head: string | undefined;
  for (const line of text.split('\n')) {
    const [value = '', name] = line.split('\t');
    if (name === 'HEAD' && value.startsWith('ref: ')) head = value.slice('ref: '.length);
    else if (name !== undefined && isCommit(value)) ids.set(name, value);
  }
  return { ids, ...(head === undefined ? {} : { head }) };
}

/**
 * The branch or tag, in this order, or HEAD where nothing is named. Undefined: nothing has this name, and it may be (the beginning of) a commit. Rejects with
 * NotFound (the reason for refs) when it cannot be one.
 */
export async function findRef(git: Git, address: GitAddress, ref: string | undefined): Promise<RemoteRef | undefined> {
  if (ref !== undefined && isCommit(ref)) return undefined;
  const names = ref === undefined ? ['HEAD'] : candidates(checkRef(ref));
  const { ids } = await listRefs(git, address, names);
  for (const name of names) {
    const commit = commitOf(ids, name);
    if (commit !== undefined) return { name, commit };
  }
  if (ref !== undefined && mayBeCommit(ref)) return undefined;
  throw new RuntimeError(
    'NotFound',
    ref === undefined ? `${address.url} has no HEAD: name a branch` : `${address.url} has no branch or tag ${ref}`,
    { reason: git.reasons.ref },
  );
}

/** A tag with a message is an object of its own; this is what it is of. */
export const commitOf = (ids: ReadonlyMap<string, string>, name: string): string | undefined =>
  ids.get(`${name}^{}`) ?? ids.get(name);

const candidates = (ref: string): readonly string[] =>
  ref.startsWith('refs/') || ref === 'HEAD' ? [ref] : [`refs/heads/${ref}`, `refs/tags/${ref}`];

const withPeeled = (name: string): readonly string[] =>
  name.startsWith('refs/tags/') && !name.endsWith('*') ? [name, `${name}^{}`] : [name];
