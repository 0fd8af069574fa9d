/**
 * Installs Debian packages without recommended ones, without questions, without letting their daemons start, and without removing
 * any. What is too old in the machine's own suite (containerd, docker.io) is taken from Debian's next one, which leaves no apt
 * source behind: package files are downloaded with a derived source in a temporary directory, their dependencies come from the
 * configured suites (so Debian 12 keeps its own runc; the next one's does not run on its libc).
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Requirement } from './requirements.ts';
import { downloadFromSuite } from './next-suite.ts';
import { holdServices } from './hold-services.ts';
import { atLeast, parseVersion } from './version.ts';
import { output } from './run.ts';

/** A package, and the oldest version of it that will do. */
type Wanted = Pick<Requirement, 'package' | 'oldest'>;

/** Debian 13: it has what older ones lack. */
const nextSuite = 'trixie';

const lockWait = ['-o', 'DPkg::Lock::Timeout=300'];

/** Answers one line (`name version`) for each package that was installed. */
export async function installPackages(missing: readonly Wanted[]): Promise<string[]> {
  await refreshLists();
  const wanted = [...missing, ...(await clientThatWouldGo(missing))];
  const names = wanted.map((each) => each.package);
  const scratch = await mkdtemp(join(tmpdir(), 'tsmoby-setup-'));
  try {
    const old = await Promise.all(wanted.map(isTooOldHere));
    const newer = names.filter((_, index) => old[index]);
    const files = await downloadFromSuite(nextSuite, newer, scratch);
    const arguments_ = [...names.filter((name) => !newer.includes(name)), ...files];
    await using _held = await holdServices(names);
    await output('apt-get', [
      '-q',
      '-y',
      ...lockWait,
      '--no-remove',
      '--no-install-recommends',
      'install',
      ...arguments_,
    ]);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
  return await Promise.all(names.map(installedVersion));
}

/** Old lists name files that are gone; but without a network the old ones may do. */
async function refreshLists(): Promise<void> {
  await output('apt-get', ['-q', ...lockWait, 'update']).catch((error: unknown) => {
    console.error(`set-up: package lists stay as they are: ${String(error)}`);
  });
}

/** Debian 12's docker.io holds the `docker` command as well, the newer one that takes its place does not. */
async function clientThatWouldGo(missing: readonly Wanted[]): Promise<readonly Wanted[]> {
  const docker = missing.find((each) => each.package === 'docker.io');
  if (docker === undefined) return [];
  const status = await output('dpkg-query', ['-W', '-f', '${db:Status-Status}', docker.package]).catch(() => '');
  return status === 'installed' ? [{ ...docker, package: 'docker-cli' }] : [];
}

async function isTooOldHere({ package: name, oldest }: Wanted): Promise<boolean> {
  if (oldest === undefined) return false;
  const policy = await output('apt-cache', ['policy', name]);
  const candidate = parseVersion(/Candidate: (?:\d+:)?(\S+)/.exec(policy)?.[1] ?? '');
  return candidate === undefined || !atLeast(candidate, oldest);
}

async function installedVersion(name: string): Promise<string> {
  return (await output('dpkg-query', ['-W', '-f', '${Package} ${Version}', name])).trim();
}
