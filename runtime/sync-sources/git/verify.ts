/**
 * Who signed a commit or a tag. git finds the signature and has gpg or ssh-keygen judge it; they know the keys that were given and nobody else's: gpg has
 * a home of its own for as long as it takes, asks no server and starts no agent.
 */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isRuntimeError, RuntimeError } from '../../errors.ts';
import type { GitAddress } from '../../git/address.ts';
import type { GitEnvironment } from '../../git/environment.ts';
import type { Git } from '../../git/git.ts';
import type { CommitVerification, GitSource } from '../../ports/sync-sources.ts';
import type { SourceTools } from '../create.ts';
import { allowedSigners } from './allowed-signers.ts';
import { importKeys } from './gpg-home.ts';
import { invalid } from './invalid.ts';
import { fetchTag } from './signed-tag.ts';
import { signerIn, strangerIn } from './verdict.ts';
import type { Wanted } from './wanted.ts';

/** Where it is done, below the place of the source. */
export const verifying = 'verifying';

export interface Subject {
  /** Anew, and taken away again. */
  readonly directory: string;
  readonly repository: string;
  readonly commit: string;
  readonly address: GitAddress;
  readonly wanted: Wanted;
}

/** Throws InvalidArgument for what nobody can ask for. */
export function checkVerification({ ref, verify: asked }: GitSource): void {
  if (asked === undefined) return;
  if (asked.gpgKeys.length + asked.sshKeys.length === 0) {
    throw new RuntimeError('InvalidArgument', 'nobody is named who may have signed: there are no public keys');
  }
  if (asked.what === 'tag' && ref.type !== 'tag' && ref.type !== 'semver') {
    throw new RuntimeError('InvalidArgument', `a signed tag is asked for, but the ref is no tag: it is ${ref.type}`);
  }
}

/** Resolves with who signed. Rejects with Corrupt (SignatureInvalid), and Unsupported when a program is missing. */
export async function verify(
  git: Git,
  environment: GitEnvironment,
  asked: CommitVerification,
  subject: Subject,
  tools: SourceTools,
): Promise<string> {
  const { directory, repository, commit } = subject;
  const object = asked.what === 'tag' ? await fetchTag(git, subject) : commit;
  const what = asked.what === 'tag' ? `tag ${subject.wanted.name ?? object}` : `commit ${commit}`;
  const text = await git.run([`--git-dir=${repository}`, 'cat-file', asked.what, object]);
  const kind = kindOf(asked.what === 'tag' ? text : (text.split('\n\n', 1)[0] ?? ''));
  if (kind === undefined) throw invalid(`${what} is not signed`);
  if (kind === 'x509') throw invalid(`${what} is signed with X.509, which nobody is named for`);
  if ((kind === 'gpg' ? asked.gpgKeys : asked.sshKeys).length === 0) {
    throw invalid(`${what} is signed by ${kind}, and there are only keys for ${kind === 'gpg' ? 'ssh' : 'gpg'}`);
  }
  await rm(directory, { recursive: true, force: true });
  await mkdir(directory, { recursive: true, mode: 0o700 });
  try {
    const signers = join(directory, 'allowed_signers');
    await writeFile(signers, allowedSigners(asked.sshKeys), { mode: 0o600 });
    const home = join(directory, 'gnupg');
    if (kind === 'gpg') await importKeys(home, asked.gpgKeys, tools);
    const settings = ['-c', `gpg.ssh.allowedSignersFile=${signers}`, '-c', 'gpg.minTrustLevel=undefined'];
    return await ask(what, [...settings, `--git-dir=${repository}`, `verify-${asked.what}`, '--raw', object], {
      variables: { ...environment.variables, GNUPGHOME: home },
      tools,
    });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** A whole header of its own in a commit, the end of the text of a tag; git looks for it again, and more closely. */
function kindOf(text: string): 'gpg' | 'ssh' | 'x509' | undefined {
  const [, kind] = /-----BEGIN (PGP SIGNATURE|PGP MESSAGE|SSH SIGNATURE|SIGNED MESSAGE)-----/.exec(text) ?? [];
  if (kind === undefined) return undefined;
  if (kind === 'SIGNED MESSAGE') return 'x509';
  return kind === 'SSH SIGNATURE' ? 'ssh' : 'gpg';
}

async function ask(
  what: string,
  args: readonly string[],
  { variables, tools }: { readonly variables: Readonly<Record<string, string>>; readonly tools: SourceTools },
): Promise<string> {
  const { host, signal } = tools;
  try {
    const { stderr } = await host.run('git', args, {
      environment: variables,
      deadline: 60_000,
      ...(signal === undefined ? {} : { signal }),
    });
    const signer = signerIn(stderr);
    if (signer !== undefined) return signer;
    throw invalid(`${what}: nothing was said of who signed it`);
  } catch (error) {
    if (!isRuntimeError(error, 'Internal')) throw error;
    throw missingProgram(error) ?? invalid(`${what} ${strangerIn(error.message)}`, error);
  }
}

function missingProgram(error: RuntimeError): RuntimeError | undefined {
  const [, program] = /cannot run (gpg|ssh-keygen): No such file/i.exec(error.message) ?? [];
  if (program === undefined) return undefined;
  const from = program === 'gpg' ? 'gnupg' : 'openssh-client';
  return new RuntimeError(
    'Unsupported',
    `${program} is not installed, which checks this signature: install the package ${from}`,
    { cause: error },
  );
}
