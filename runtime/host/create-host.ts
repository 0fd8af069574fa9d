/** The Host port on a real machine. */
import { open, constants } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { RuntimeError } from '../errors.ts';
import type { Host, HostProgram, HostRunOptions, RootMount } from '../ports/host.ts';
import { createFifoPool } from './fifo-pool.ts';
import { createMountTable } from './mounts.ts';
import { openNetworkDoor } from './network-door.ts';
import { openPrivateRoot } from './private-root.ts';
import { directoryOf, readFilesInside } from './private-files.ts';
import { runProgram, runToEnd } from './run-program.ts';
import { resolveInside } from '../resolve-inside.ts';

export interface HostOptions {
  /** Spare FIFOs and the mount point for images live in `<runDirectory>/host`. */
  readonly runDirectory: string;
  /** The daemon's PATH; system directories are added. */
  readonly path?: string;
  /** Words before a program's name, e.g. `nsenter -n -t 1 --` for network programs of a rootless daemon. */
  readonly prefix?: (program: HostProgram | 'cni') => readonly string[];
}

/** The port, and what the daemon calls once at start so that the first container finds FIFOs ready. */
export interface SystemHost extends Host {
  warm(): Promise<void>;
}

const defaultDeadline = 10_000;
const defaultMaxBytes = 1024 * 1024;

export function createHost(options: HostOptions): SystemHost {
  const calls = {
    mount: 0,
    umount: 0,
    mkfifo: 0,
    unshare: 0,
    nsenter: 0,
    ip: 0,
    nft: 0,
    conntrack: 0,
    'iptables-legacy': 0,
    'ip6tables-legacy': 0,
    tar: 0,
    git: 0,
    gpg: 0,
    kubectl: 0,
    cni: 0,
  };
  const env = {
    PATH: `${programPath(options.path)}:/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin`,
    LC_ALL: 'C',
  };
  const directory = join(options.runDirectory, 'host');

  const command = (program: HostProgram): readonly [string, ...string[]] => {
    calls[program] += 1;
    const [first, ...others] = [...(options.prefix?.(program) ?? []), program];
    return [first ?? program, ...others];
  };
  const run = (
    program: HostProgram,
    args: readonly string[],
    { environment, ...more }: HostRunOptions & Descriptors = {},
  ) => {
    const [first, ...leading] = command(program);
    return runProgram({
      ...more,
      program: first,
      args: [...leading, ...args],
      env: environment === undefined ? env : { ...env, ...environment },
      deadline: more.deadline ?? defaultDeadline,
    });
  };
  const fifos = createFifoPool({
    directory: join(directory, 'fifos'),
    mkfifo: async (paths) => void (await run('mkfifo', ['-m', '600', '--', ...paths])),
    uniqueName: randomUUID,
  });
  const openRoot = (mounts: readonly RootMount[], signal: AbortSignal | undefined) =>
    openPrivateRoot({
      mounts,
      mountPoint: join(directory, 'root'),
      unshare: command('unshare'),
      env,
      deadline: defaultDeadline,
      ...(signal === undefined ? {} : { signal }),
    });

  return {
    ...createMountTable(run),
    calls,
    run,
    async runPlugin(path, { environment, deadline = defaultDeadline, ...more }) {
      calls.cni += 1;
      const [first, ...others] = [...(options.prefix?.('cni') ?? []), path];
      return await runToEnd({ ...more, program: first, args: others, env: { ...env, ...environment }, deadline });
    },
    makeFifos: (paths) => fifos.provide(paths),
    warm: () => fifos.warm(),
    async readFromMounts(mounts, paths, { maxBytes = defaultMaxBytes, signal } = {}) {
      await using root = await openRoot(mounts, signal);
      return await readFilesInside(root, paths, maxBytes);
    },
    openNetwork: (pid, signal) => openNetworkDoor(pid, { nsenter: command('nsenter'), env, signal }),
    async copyFromMounts(mounts, path, target, signal) {
      await using root = await openRoot(mounts, signal);
      const inside = await resolveInside(directoryOf(root), path);
      if (inside === undefined) throw new RuntimeError('NotFound', `the image has no ${path}`);
      await using source = await openDirectory(join(directoryOf(root), inside), path);
      // The copying program gets the directory as descriptor 3, and could not find the way out through a link if it wanted to.
      await run('unshare', ['-m', '--', 'cp', '-a', '--', '/proc/self/fd/3/.', `${target}/`], {
        deadline: Infinity,
        descriptors: [source.fd],
        ...(signal === undefined ? {} : { signal }),
      });
    },
  };
}

/** Without what npm puts in front: packages bring programs of their own, and one of them is called nft. */
const programPath = (path = ''): string =>
  path
    .split(':')
    .filter((directory) => !directory.endsWith('node_modules/.bin'))
    .join(':');

interface Descriptors {
  readonly descriptors?: readonly number[];
}

async function openDirectory(real: string, path: string): ReturnType<typeof open> {
  try {
    return await open(real, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  } catch (cause) {
    throw new RuntimeError('FailedPrecondition', `${path} in the image is not a directory`, { cause });
  }
}
