/**
 * Installs Debian packages without recommended ones, without questions, and without letting their daemons start.
 * A containerd that is too old in the machine's own suite is taken from Debian's next one, which leaves no apt source
 * behind: one package file is downloaded with a derived source in a temporary directory, its dependencies come from the
 * configured suites (so Debian 12 keeps its own runc; the next one's does not run on its libc).
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { oldestContainerd } from './requirements.ts';
import { downloadFromSuite } from './next-suite.ts';
import { holdServices } from './hold-services.ts';
import { atLeast, parseVersion } from './version.ts';
import { output } from './run.ts';

/** Debian 13: it has the containerd that older ones lack. */
const nextSuite = 'trixie';

const lockWait = ['-o', 'DPkg::Lock::Timeout=300'];

/** Answers one line (`name version`) for each package that was asked for. */
export async function installPackages(names: readonly string[]): Promise<string[]> {
  await refreshLists();
  const scratch = await mkdtemp(join(tmpdir(), 'tsmoby-setup-'));
  try {
    const arguments_ = await Promise.all(names.map((name) => installArgument(name, scratch)));
    await using _held = await holdServices(names);
    await output('apt-get', ['-q', '-y', ...lockWait, '--no-install-recommends', 'install', ...arguments_]);
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

async function installArgument(name: string, scratch: string): Promise<string> {
  if (name !== 'containerd') return name;
  const candidate = await candidateVersion(name);
  if (candidate !== undefined && atLeast(candidate, oldestContainerd)) return name;
  return await downloadFromSuite(nextSuite, name, scratch);
}

async function candidateVersion(name: string): Promise<string | undefined> {
  const policy = await output('apt-cache', ['policy', name]);
  return parseVersion(/Candidate: (?:\d+:)?(\S+)/.exec(policy)?.[1] ?? '');
}

async function installedVersion(name: string): Promise<string> {
  return (await output('dpkg-query', ['-W', '-f', '${Package} ${Version}', name])).trim();
}
