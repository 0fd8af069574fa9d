import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { KeyedTurns } from '../../keyed-turns.ts';
import type { BuilderProgram, BuilderPrograms } from '../../ports/builder-programs.ts';
import type { Host, HostFacts } from '../../ports/host.ts';
import type { ProcessIdentity, Processes } from '../../ports/processes.ts';
import { namespacesOf } from './dockerd.ts';
import type { Environment } from './environment.ts';
import { builderNames, clear, endBuilder } from './end.ts';
import { findBuilders, type FindOptions } from './find.ts';
import { boundOutput } from './output.ts';
import { builderPaths, endpointOf, programPaths, PROGRAMS, type BuilderPaths } from './paths.ts';
import { startProgram, untilItAnswers } from './start.ts';

/** The containerd of this daemon, in which a dockerd of ours keeps its images. */
export interface BuilderContainerd {
  /** Absolute path of its socket; undefined while it is away. */
  readonly socketPath: () => string | undefined;
  /** The namespace of this store: those of builders begin with it. */
  readonly namespace: string;
  /** Deletes a namespace with all that is in it; success when it is not there. Rejects with RuntimeError. */
  readonly forgetNamespace: (name: string) => Promise<void>;
}

/** The part of a pino logger that is used here. */
export interface ProgramsLog {
  info(fields: object, message: string): void;
}

export interface BuilderProgramsOptions {
  readonly facts: Pick<HostFacts, 'dataDirectory' | 'runDirectory' | 'storeIdentity' | 'rootless'>;
  readonly processes: Processes;
  readonly host: Host;
  readonly containerd: BuilderContainerd;
  /** Of the daemon: PATH, proxies, and where a person's builders are. */
  readonly env: Environment;
  /** What builds may be given beyond a sandbox (`network.host`, `security.insecure`), from the next start of each on. Default: nothing. */
  readonly entitlements?: readonly string[];
  readonly log: ProgramsLog;
  /** Where others' builders listen; default: where distributions put them. */
  readonly sockets?: NonNullable<FindOptions['sockets']>;
  /** Default: /sys/fs/cgroup. */
  readonly cgroupRoot?: string;
}

/** What runs under a name, as far as this daemon knows; `undefined`: nothing does. */
type Known = { readonly program: BuilderProgram; readonly identity: ProcessIdentity } | undefined;

/** BuildKits of this machine, found and run. */
export function createBuilderPrograms(options: BuilderProgramsOptions): BuilderPrograms {
  const { facts, processes, env, entitlements = [], log, containerd, sockets } = options;
  const known = new Map<string, Known>();
  const turns = new KeyedTurns();
  const pathsOf = (name: string): BuilderPaths => builderPaths(name, facts);
  const namespaceOf = ({ slug }: BuilderPaths): string => `${containerd.namespace}-builder-${slug}`;
  const place = (paths: BuilderPaths) => () => {
    const socketPath = containerd.socketPath();
    return socketPath === undefined ? undefined : { socketPath, namespace: namespaceOf(paths) };
  };

  /** Looks at the machine once, then only at what is known. */
  const running = async (name: string): Promise<Known> => {
    if (!known.has(name)) known.set(name, await adopt(name));
    const present = known.get(name);
    if (present === undefined || (await processes.isAlive(present.identity))) return present;
    known.set(name, undefined);
    return undefined;
  };
  const adopt = async (name: string): Promise<Known> => {
    for (const program of PROGRAMS) {
      const { record, words } = programPaths(pathsOf(name), program);
      const identity = await processes.adopt(record, words);
      if (identity !== undefined) return { program, identity };
    }
    return undefined;
  };
  const stop = async (name: string): Promise<void> => {
    await endBuilder(pathsOf(name), options);
    known.set(name, undefined);
  };

  return {
    find() {
      const { runDirectory, rootless } = facts;
      return findBuilders({ env, runDirectory, rootless, ...(sockets === undefined ? {} : { sockets }) });
    },
    ensure: (name, program, signal) =>
      turns.take(name, async () => {
        signal?.throwIfAborted();
        const paths = pathsOf(name);
        let present = await running(name);
        if (present !== undefined && present.program !== program) {
          await stop(name);
          present = undefined;
        }
        const adopted = present !== undefined;
        if (present === undefined) {
          await clear(paths, options);
          const identity = await startProgram(name, paths, program, {
            processes,
            env,
            entitlements,
            containerd: place(paths),
          });
          present = { program, identity };
          known.set(name, present);
        }
        await untilItAnswers(paths, program, present.identity, processes, signal);
        log.info({ name, program, pid: present.identity.pid, adopted }, 'a managed builder answers');
        return endpointOf(program, programPaths(paths, program));
      }),
    async running(name) {
      const present = await running(name);
      if (present === undefined) return undefined;
      const own = programPaths(pathsOf(name), present.program);
      // a full disk is no reason not to build
      await boundOutput(own.output).catch(() => undefined);
      return { program: present.program, endpoint: endpointOf(present.program, own) };
    },
    stop: (name) => turns.take(name, () => stop(name)),
    remove: (name) =>
      turns.take(name, async () => {
        const paths = pathsOf(name);
        if (!existsSync(paths.state) && !existsSync(paths.run)) return;
        await stop(name);
        const { root } = programPaths(paths, 'dockerd');
        for (const namespace of existsSync(root) ? namespacesOf(namespaceOf(paths)) : []) {
          await containerd.forgetNamespace(namespace);
        }
        for (const directory of [paths.run, paths.state]) await rm(directory, { recursive: true, force: true });
        known.delete(name);
      }),
    list: () => builderNames(facts),
  };
}
