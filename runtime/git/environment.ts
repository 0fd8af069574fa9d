/**
 * What git finds around it: no settings of the machine or of a user, no prompts, no hooks, no helpers, and the credentials of this one repository. Secrets are
 * in the environment or in files that only the daemon can read; never on a command line, which everybody sees.
 */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RuntimeError } from '../errors.ts';
import type { GitCredentials } from '../ports/build-contexts.ts';
import type { GitAddress } from './address.ts';

export interface GitSecrets {
  /** Texts that must not appear anywhere. */
  readonly hidden: readonly string[];
}

export interface GitEnvironment extends AsyncDisposable, GitSecrets {
  readonly variables: Readonly<Record<string, string>>;
}

/** Not in the environment's variables, which a local git-upload-pack does not get. */
const settings = `[core]
	hooksPath = /dev/null
	fsmonitor = false
	autocrlf = false
	symlinks = true
	askPass =
[init]
	defaultBranch = main
	templateDir =
[safe]
	directory = *
[gc]
	auto = 0
[maintenance]
	auto = false
[advice]
	detachedHead = false
[fetch]
	recurseSubmodules = false
[submodule]
	recurse = false
[credential]
	helper =
[http]
	lowSpeedLimit = 1
	lowSpeedTime = 60
`;

/** Ways to the world that a daemon may have to take. */
const passedOn = /^(https?_proxy|all_proxy|no_proxy|git_ssl_cainfo|ssl_cert_file|ssl_cert_dir)$/i;

/**
 * Writes what belongs to one use of git into `directory`, which is private; disposing takes the key away again. Known hosts stay: a host that was seen
 * once must be the same ever after.
 */
export async function openGitEnvironment(
  directory: string,
  address: GitAddress,
  credentials: GitCredentials | undefined,
  env: Readonly<Record<string, string | undefined>>,
): Promise<GitEnvironment> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const config = join(directory, 'config');
  await writeFile(config, settings, { mode: 0o600 });
  const used = credentials ?? address.credentials;
  const ssh = await prepareSsh(directory, used);
  const authorization = authorizationOf(address, used);
  const variables = {
    ...Object.fromEntries(Object.entries(env).filter(([name, value]) => passedOn.test(name) && value !== undefined)),
    HOME: directory,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: config,
    GIT_TERMINAL_PROMPT: '0',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_ATTR_NOSYSTEM: '1',
    GIT_ALLOW_PROTOCOL: ['https', 'http', 'ssh', 'git', ...(address.protocol === 'file' ? ['file'] : [])].join(':'),
    GIT_SSH_COMMAND: ssh.command,
    GIT_SSH_VARIANT: 'ssh',
    ...authorization.variables,
  } as Record<string, string>;
  return {
    variables,
    hidden: authorization.hidden,
    [Symbol.asyncDispose]: () => rm(ssh.key, { force: true }),
  };
}

/** Sent at once, and only to the host that it is for. */
function authorizationOf(
  { origin }: GitAddress,
  credentials: GitCredentials | undefined,
): GitSecrets & { readonly variables: Readonly<Record<string, string>> } {
  if (credentials?.type !== 'basic' || origin === undefined) return { hidden: [], variables: {} };
  const { username, password } = credentials;
  const encoded = Buffer.from(`${username}:${password}`).toString('base64');
  return {
    hidden: [password, encodeURIComponent(password), encoded].filter((text) => text !== ''),
    variables: {
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: `http.${origin}/.extraHeader`,
      GIT_CONFIG_VALUE_0: `Authorization: Basic ${encoded}`,
    },
  };
}

/** Neither keys nor agents of the user whom the daemon runs as: whoever may write a Build would use them. */
async function prepareSsh(
  directory: string,
  credentials: GitCredentials | undefined,
): Promise<{ readonly command: string; readonly key: string }> {
  const key = join(directory, 'key');
  const given = credentials?.type === 'ssh' ? credentials : undefined;
  const hosts = join(directory, given?.knownHosts === undefined ? 'seen_hosts' : 'known_hosts');
  await rm(key, { force: true });
  if (given !== undefined) await writeFile(key, withLineEnd(given.privateKey), { mode: 0o600, flag: 'wx' });
  if (given?.knownHosts !== undefined) await writeFile(hosts, withLineEnd(given.knownHosts), { mode: 0o600 });
  const options = {
    BatchMode: 'yes',
    ConnectTimeout: '20',
    ServerAliveInterval: '15',
    IdentitiesOnly: 'yes',
    IdentityAgent: 'none',
    IdentityFile: given === undefined ? 'none' : key,
    PasswordAuthentication: 'no',
    KbdInteractiveAuthentication: 'no',
    StrictHostKeyChecking: given?.knownHosts === undefined ? 'accept-new' : 'yes',
    UserKnownHostsFile: hosts,
    GlobalKnownHostsFile: '/dev/null',
    LogLevel: 'ERROR',
  };
  const words = Object.entries(options).flatMap(([name, value]) => ['-o', quote(`${name}=${sshPath(value)}`)]);
  return { command: ['ssh', '-F', '/dev/null', ...words].join(' '), key };
}

const withLineEnd = (text: string): string => (text.endsWith('\n') ? text : `${text}\n`);

/** git hands the command to a shell. */
const quote = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;

/** ssh reads blanks, quotes and percent signs in names of files. */
function sshPath(value: string): string {
  if (/["\\]/.test(value)) throw new RuntimeError('Unsupported', `ssh cannot read files below ${value}`);
  const literal = value.replaceAll('%', '%%');
  return /\s/.test(literal) ? `"${literal}"` : literal;
}
