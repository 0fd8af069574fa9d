/** Who signs in tests: keys of gpg and ssh that nobody else has. */
import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { runGit } from '../../support/git/run-git.ts';
import type { TestRepository } from '../../support/git/repository.ts';

const run = promisify(execFile);

export interface Signer extends AsyncDisposable {
  /** Settings of git that sign with this key. */
  readonly settings: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** The public key, as a Sync names it. */
  readonly publicKey: string;
}

export const has = (program: string): boolean => {
  try {
    execFileSync(program, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

export async function gpgSigner(folder: string, name: string): Promise<Signer> {
  const home = join(folder, `gpg-${name}`);
  mkdirSync(home, { mode: 0o700 });
  const env = { GNUPGHOME: home };
  const options = { env: { ...process.env, ...env } };
  const user = `${name} <${name}@example.com>`;
  await run('gpg', ['--batch', '--passphrase', '', '--quick-gen-key', user, 'ed25519', 'sign'], options);
  const { stdout } = await run('gpg', ['--armor', '--export'], options);
  return {
    settings: ['-c', `user.signingKey=${name}@example.com`],
    env,
    publicKey: stdout,
    // gpg has started an agent for the private key
    [Symbol.asyncDispose]: async () => void (await run('gpgconf', ['--kill', 'all'], options)),
  };
}

export async function sshSigner(folder: string, name: string): Promise<Signer> {
  const key = join(folder, `ssh-${name}`);
  await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', `${name}@example.com`, '-f', key]);
  return {
    settings: ['-c', 'gpg.format=ssh', '-c', `user.signingKey=${key}.pub`],
    env: {},
    publicKey: readFileSync(`${key}.pub`, 'utf8'),
    [Symbol.asyncDispose]: async () => undefined,
  };
}

/** An empty commit on main, signed, or a tag of what is there. */
export async function sign(repository: TestRepository, signer: Signer, tag?: string): Promise<void> {
  const work = repository.path.replace(/\.git$/, '.work');
  const words = tag === undefined ? ['commit', '-q', '--allow-empty', '-S', '-m', 'x'] : ['tag', '-s', '-m', tag, tag];
  await runGit(['-C', work, ...signer.settings, ...words], signer.env);
  await runGit([
    '-C',
    work,
    'push',
    '-q',
    '--force',
    '--follow-tags',
    repository.path,
    'main',
    ...(tag === undefined ? [] : [tag]),
  ]);
}
