/** A repository's files: `<place>/copy` holds its objects, and each commit that is given out has a tree of its own. */
import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { parseAddress } from '../../git/address.ts';
import { anewIfCorrupt, checkOutWhole } from '../../git/check-out-whole.ts';
import { openGitEnvironment } from '../../git/environment.ts';
import { createGit, type GitReasons } from '../../git/git.ts';
import type { FetchedSource, GitSource } from '../../ports/sync-sources.ts';
import type { SourceTools } from '../create.ts';
import type { Trees } from '../trees.ts';
import { checkVerification, verify, verifying } from './verify.ts';
import { findWanted, revisionOf, type Wanted } from './wanted.ts';

const reasons: GitReasons = { repository: 'SourceNotFound', ref: 'RefNotFound', unreachable: 'SourceUnreachable' };

/** `place` is private, and only this works in it. Rejects as the port says. */
export async function fetchGit(
  place: string,
  source: GitSource,
  tools: SourceTools,
  trees: Trees,
): Promise<FetchedSource> {
  const address = parseAddress(source.url);
  checkVerification(source);
  await removeLeftovers(place);
  await using environment = await openGitEnvironment(join(place, 'home'), address, source.credentials, tools.env);
  const git = createGit(tools, environment, reasons);
  const wanted = await findWanted(git, address, source.ref);
  const key = keyOf(source, wanted);
  const given = await trees.find(place, key);
  if (given !== undefined) return told(wanted.name, wanted.commit, given.path, given.note);

  const copy = join(place, 'copy');
  const { found, name } = wanted;
  const refs = { ref: found?.name ?? wanted.commit, ...(found === undefined ? {} : { found }) };
  let commit = wanted.commit;
  const made = await trees.make(place, tools.newId(), async (tree) => {
    let signer: string | undefined;
    const approve = async (repository: string, fetched: string): Promise<void> => {
      const verification = { directory: join(place, verifying), repository, commit: fetched, address, wanted };
      if (source.verify !== undefined) signer = await verify(git, environment, source.verify, verification, tools);
    };
    const work = { place: copy, address, ...refs, tree, isNew: true, approve };
    commit = await anewIfCorrupt([copy], () => checkOutWhole(git, work, source.submodules));
    return { key: keyOf(source, { ...wanted, commit }), note: signer };
  });
  return told(name, commit, made.path, made.note);
}

/** What the source stands for now. `place` is private, and nobody's. */
export async function gitRevision(place: string, source: GitSource, tools: SourceTools): Promise<string> {
  const address = parseAddress(source.url);
  try {
    await using environment = await openGitEnvironment(place, address, source.credentials, tools.env);
    const { name, commit } = await findWanted(createGit(tools, environment, reasons), address, source.ref);
    return revisionOf(name, commit);
  } finally {
    await rm(place, { recursive: true, force: true });
  }
}

function told(name: string | undefined, commit: string, path: string, signer: string | undefined): FetchedSource {
  return { path, revision: revisionOf(name, commit), commit, ...(signer === undefined ? {} : { signer }) };
}

/** Of a daemon that was killed, or of a source of another type. */
async function removeLeftovers(place: string): Promise<void> {
  for (const name of [verifying, 'artifact']) await rm(join(place, name), { recursive: true, force: true });
}

/** Two trees with the same key hold the same, and whoever had to sign has signed. */
function keyOf({ url, submodules, verify: asked }: GitSource, { commit, name, tag }: Wanted): string {
  const keys = asked && [asked.what, asked.sshKeys, asked.gpgKeys.map((key) => Buffer.from(key).toString('base64'))];
  return createHash('sha256')
    .update(JSON.stringify([url, submodules, commit, keys, asked?.what === 'tag' ? [name, tag] : undefined]))
    .digest('hex');
}
