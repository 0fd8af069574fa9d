/** Ends a managed builder with all that it runs, or what is left of one that was killed. */
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Host } from '../../ports/host.ts';
import type { Processes } from '../../ports/processes.ts';
import { endCgroup } from './cgroups.ts';
import { pidFile, removeCommonFolder } from './dockerd.ts';
import {
  builderPaths,
  FOLDER,
  NAME_FILE,
  programPaths,
  PROGRAMS,
  type BuilderPaths,
  type ProgramDirectories,
} from './paths.ts';

export interface EndDeps {
  readonly processes: Processes;
  readonly host: Host;
  /** Where the cgroup hierarchies are mounted; default /sys/fs/cgroup. */
  readonly cgroupRoot?: string;
}

/** A build that is cancelled has its steps ended within this. */
const graceMs = 10_000;

/** Success when nothing runs. Its cache stays. */
export async function endBuilder(paths: BuilderPaths, deps: EndDeps): Promise<void> {
  const { processes } = deps;
  for (const program of PROGRAMS) {
    const { record, words, socket } = programPaths(paths, program);
    const identity = await processes.adopt(record, words);
    if (identity === undefined) continue;
    await processes.end(identity, graceMs);
    for (const file of [record, socket]) await rm(file, { force: true });
    if (program === 'dockerd') await removeCommonFolder();
  }
  await clear(paths, deps);
}

/** Takes away what a program that is gone has left running and mounted. */
export async function clear({ run, state, cgroup }: BuilderPaths, deps: EndDeps): Promise<void> {
  const { host, cgroupRoot = '/sys/fs/cgroup' } = deps;
  await endCgroup(cgroupRoot, cgroup);
  for (const directory of [run, state]) {
    for (const point of (await host.mountsUnder(directory)).toReversed()) await host.unmount(point);
  }
  // its number is another process's by now, for all that dockerd knows
  await rm(pidFile(run), { force: true });
  await rm(join(run, 'runc'), { recursive: true, force: true });
}

/** Names of all builders that have a program or state here. */
export async function builderNames({ dataDirectory, runDirectory }: ProgramDirectories): Promise<readonly string[]> {
  const folders = [dataDirectory, runDirectory].map((directory) => join(directory, FOLDER));
  const slugs = await Promise.all(folders.map((folder) => readdir(folder).catch((): string[] => [])));
  const nameOf = (slug: string): Promise<string> =>
    readFile(join(dataDirectory, FOLDER, slug, NAME_FILE), 'utf8').catch(() => slug);
  return await Promise.all([...new Set(slugs.flat())].map(nameOf));
}

/** Every one of them, at the very end: their data goes with the data directory, and what is in containerd with containerd. */
export async function endBuilders(directories: ProgramDirectories, deps: EndDeps): Promise<void> {
  for (const name of await builderNames(directories)) await endBuilder(builderPaths(name, directories), deps);
}
