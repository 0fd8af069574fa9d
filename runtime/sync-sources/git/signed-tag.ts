import type { GitAddress } from '../../git/address.ts';
import { wantsEverything, type Git } from '../../git/git.ts';
import { invalid } from './invalid.ts';
import type { Wanted } from './wanted.ts';

/** What keeps the tag of ours. */
const kept = 'refs/tsmoby/tag';
/** Minutes. */
const limit = 30;

export interface TagSubject {
  readonly repository: string;
  readonly commit: string;
  readonly address: GitAddress;
  readonly wanted: Wanted;
}

/**
 * Brings the object that a tag is, and makes sure that it says what is asked for: a signed tag under another name, or of another commit, was signed for
 * something else. Resolves with its id. Rejects with Corrupt (SignatureInvalid).
 */
export async function fetchTag(git: Git, { repository, commit, address, wanted }: TagSubject): Promise<string> {
  const { name = '', found, tag } = wanted;
  if (tag === undefined || tag === wanted.commit) throw invalid(`tag ${name} is not signed: it has no message at all`);
  const at = `--git-dir=${repository}`;
  const from = [at, 'fetch', '--quiet', '--force', '--no-tags', '--no-write-fetch-head'];
  const ref = `+${found?.name ?? ''}:${kept}`;
  try {
    await git.run([...from, '--depth=1', '--', address.url, ref], limit);
  } catch (error) {
    if (!wantsEverything(error)) throw error;
    await git.run([...from, '--', address.url, ref], limit);
  }
  const object = (await git.run([at, 'rev-parse', '--verify', '--end-of-options', kept])).trim();
  const [head = ''] = (await git.run([at, 'cat-file', 'tag', object])).split('\n\n', 1);
  const says = (field: string): string | undefined => new RegExp(`^${field} (.*)$`, 'm').exec(head)?.[1];
  if (says('tag') !== name) throw invalid(`tag ${name} was made as tag ${says('tag') ?? 'without a name'}`);
  if (says('object') !== commit || says('type') !== 'commit') {
    throw invalid(`tag ${name} is of ${says('object') ?? 'nothing'}, not of commit ${commit}`);
  }
  return object;
}
