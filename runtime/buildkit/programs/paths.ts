/** Where a managed builder has its files, and what it is called on the machine. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { RuntimeError } from '../../errors.ts';
import type { BuilderProgram } from '../../ports/builder-programs.ts';
import type { BuilderEndpoint } from '../../ports/builders.ts';

export interface ProgramDirectories {
  readonly dataDirectory: string;
  readonly runDirectory: string;
  readonly storeIdentity: string;
}

export interface BuilderPaths {
  /** Its name where names are short and simple. */
  readonly slug: string;
  /** Durable: its cache. */
  readonly state: string;
  /** Dies with the boot: sockets, configuration, what is mounted for steps. */
  readonly run: string;
  /** Absolute, in each hierarchy: the cgroup above those of its steps. */
  readonly cgroup: string;
}

/** Of one program that runs it. */
export interface ProgramPaths {
  readonly root: string;
  readonly socket: string;
  readonly config: string;
  readonly output: string;
  readonly record: string;
  /** Words of its command line that no other process has. */
  readonly words: readonly string[];
}

/** What can run one, best first. */
export const PROGRAMS: readonly BuilderProgram[] = ['buildkitd', 'dockerd'];

/** Under both directories. */
export const FOLDER = 'builders';
/** In the state of each: its name as it is. */
export const NAME_FILE = 'name';

/** Unix socket addresses end here. */
const maxSocketLength = 107;
const maxSlugLength = 20;

/** Derived from the daemon's directories and the name alone. */
export function builderPaths(
  name: string,
  { dataDirectory, runDirectory, storeIdentity }: ProgramDirectories,
): BuilderPaths {
  const slug = slugOf(name);
  return {
    slug,
    state: join(dataDirectory, FOLDER, slug),
    run: join(runDirectory, FOLDER, slug),
    cgroup: join('/tsmoby', storeIdentity, FOLDER, slug),
  };
}

/** The name where it is short and fit for a name in containerd, which has no two marks in a row; else a digest of it. */
function slugOf(name: string): string {
  if (name.length <= maxSlugLength && /^[a-z0-9]+([.-][a-z0-9]+)*$/.test(name)) return name;
  return `x-${createHash('sha256').update(name).digest('hex').slice(0, 16)}`;
}

/** Rejects with InvalidArgument where the run directory is too long for sockets. */
export function programPaths({ state, run }: BuilderPaths, program: BuilderProgram): ProgramPaths {
  const socket = join(run, `${program}.sock`);
  if (Buffer.byteLength(socket) > maxSocketLength) {
    throw new RuntimeError('InvalidArgument', `${socket} is too long for a socket: choose a shorter --run-dir`);
  }
  const config = join(run, program === 'buildkitd' ? 'buildkitd.toml' : 'daemon.json');
  return {
    root: join(state, program),
    socket,
    config,
    output: join(run, `${program}.log`),
    record: join(run, `${program}.json`),
    words: program === 'buildkitd' ? ['--config', config] : ['--config-file', config],
  };
}

export const endpointOf = (program: BuilderProgram, { socket }: ProgramPaths): BuilderEndpoint => ({
  type: program === 'buildkitd' ? 'unix' : 'docker',
  path: socket,
});
