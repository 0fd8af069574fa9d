/** What names of a repository stand for, asked of the repository itself. */
import { RuntimeError } from '../../../errors.ts';
import { checkRef, isCommit, mayBeCommit, type GitAddress } from './address.ts';
import type { Git } from './git.ts';

export interface RemoteRef {
  /** For fetch: full name of the ref. */
  readonly name: string;
  readonly commit: string;
}

/**
 * The branch or tag, in this order, or HEAD where nothing is named. Undefined: nothing has this name, and it may be (the beginning of) a commit. Rejects with
 * NotFound (ContextNotFound) when it cannot be one.
 */
export async function findRef(git: Git, { url }: GitAddress, ref: string | undefined): Promise<RemoteRef | undefined> {
  if (ref !== undefined && isCommit(ref)) return undefined;
  const names = ref === undefined ? ['HEAD'] : candidates(checkRef(ref));
  const found = parseRefs(await git.run(['ls-remote', '--quiet', '--', url, ...names.flatMap(withPeeled)]));
  for (const name of names) {
    const commit = found.get(`${name}^{}`) ?? found.get(name);
    if (commit !== undefined) return { name, commit };
  }
  if (ref !== undefined && mayBeCommit(ref)) return undefined;
  throw new RuntimeError(
    'NotFound',
    ref === undefined ? `${url} has no HEAD: name a branch` : `${url} has no branch or tag ${ref}`,
    { reason: 'ContextNotFound' },
  );
}

const candidates = (ref: string): readonly string[] =>
  ref.startsWith('refs/') || ref === 'HEAD' ? [ref] : [`refs/heads/${ref}`, `refs/tags/${ref}`];

/** A tag with a message is an object of its own; this names what it is of. */
const withPeeled = (name: string): readonly string[] => (name.startsWith('refs/tags/') ? [name, `${name}^{}`] : [name]);

function parseRefs(text: string): ReadonlyMap<string, string> {
  return new Map(
    text.split('\n').flatMap((line) => {
      const [commit = '', name] = line.split('\t');
      return name === undefined || !isCommit(commit) ? [] : [[name, commit] as const];
    }),
  );
}
