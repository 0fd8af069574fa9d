import { basename } from 'node:path';
import type { BuilderEndpoint } from '../../../runtime/ports/builders.ts';
import { whenInterrupted } from '../interruption.ts';
import { clearFolders } from '../interruption/clear-folders.ts';
import { endCgroups } from './cgroup-parent.ts';
import { removeBuildkitNamespaces } from './containerd-namespace.ts';
import { privateDaemon, type DaemonProgram, type PrivateDaemon } from './private-daemon.ts';

/** A real BuildKit of a test's own. Dispose ends it and takes away all that it made. */
export interface TestBuilder extends PrivateDaemon, AsyncDisposable {
  readonly endpoint: BuilderEndpoint;
  /** All its files. */
  readonly folder: string;
  /** The cgroup above those of its steps, without a slash. */
  readonly cgroup: string;
  /** Where it stores in a containerd that it was given; absent: in one of its own, or in none. */
  readonly containerd?: ContainerdPlace;
  /** SIGKILL, and a new process on the same files. Steps that ran are lost, their processes gone. */
  restart(): Promise<void>;
}

export interface ContainerdPlace {
  readonly socketPath: string;
  readonly namespace: string;
}

/** The name of a folder is that of its builder in cgroups and in containerd. */
export function nameOf(folder: string): string {
  return basename(folder).toLowerCase();
}

/** What one kind of builder needs besides. */
interface Particulars {
  /** After each SIGKILL. */
  readonly afterKill?: () => Promise<void>;
  /** In the end, when all else is gone. */
  readonly alsoGone?: () => Promise<void>;
}

/** Starts a program that is a BuildKit. Rejects when it does not come up. */
export async function startBuilder(
  program: DaemonProgram,
  about: Pick<TestBuilder, 'endpoint' | 'containerd'>,
  { afterKill, alsoGone }: Particulars = {},
): Promise<TestBuilder> {
  const { folder } = program;
  const cgroup = nameOf(folder);
  const daemon = privateDaemon(program);
  const kill = async (): Promise<void> => {
    await daemon.kill();
    await endCgroups(cgroup);
    await afterKill?.();
  };
  const dispose = whenInterrupted(async () => {
    await kill();
    try {
      if (about.containerd !== undefined) {
        await removeBuildkitNamespaces(about.containerd.socketPath, about.containerd.namespace);
      }
    } finally {
      await clearFolders([folder]);
      await alsoGone?.();
    }
  });
  try {
    await daemon.start();
  } catch (error) {
    await dispose();
    throw error;
  }
  return {
    ...about,
    folder,
    cgroup,
    get pid() {
      return daemon.pid;
    },
    start: () => daemon.start(),
    kill,
    output: () => daemon.output(),
    async restart() {
      await kill();
      await daemon.start();
    },
    [Symbol.asyncDispose]: dispose,
  };
}
