/** Managed builders on this machine, in folders of their own, and all that they may leave. */
import { existsSync } from 'node:fs';
import { readFile, symlink, mkdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { createBuilderPrograms } from '../../../runtime/buildkit/programs/create.ts';
import { endBuilders } from '../../../runtime/buildkit/programs/end.ts';
import { forgetNamespace } from '../../../runtime/containerd/forget-namespace.ts';
import { createHost } from '../../../runtime/host/create-host.ts';
import { createProcesses } from '../../../runtime/host/processes.ts';
import type { BuilderProgram, BuilderPrograms } from '../../../runtime/ports/builder-programs.ts';
import { cgroupsNamed, processesBelow } from '../../support/buildkit/cgroup-parent.ts';
import { namespacesOf } from '../../support/buildkit/containerd-namespace.ts';
import { SYSTEM_PATH } from '../../support/buildkit/runc.ts';
import { startContainerd, type TestContainerd } from '../../support/containerd.ts';
import { processesOf } from '../../support/daemon/leaks.ts';
import { makeFolder, whenInterrupted } from '../../support/interruption.ts';
import type { BuilderProgramsWorld } from '../../suites/builder-programs.ts';

export interface RealProgramsWorld extends BuilderProgramsWorld {
  readonly folder: string;
  readonly containerd: TestContainerd;
  /** What of any builder of this world there is on the machine. */
  traces(): Promise<readonly string[]>;
  /** Pids of steps that run. */
  steps(): Promise<readonly number[]>;
  /** As a tear-down does. */
  endAll(): Promise<void>;
}

/** `binary`: of a buildkitd; absent: the machine's dockerd. */
export async function openProgramsWorld(program: BuilderProgram, binary?: string): Promise<RealProgramsWorld> {
  const containerd = await startContainerd();
  const folder = await makeFolder('/tmp/tsm-p-');
  const path = binary === undefined ? SYSTEM_PATH : `${await onPath(folder, binary)}:${SYSTEM_PATH}`;
  const storeIdentity = basename(folder).toLowerCase();
  const facts = {
    dataDirectory: join(folder, 'data'),
    runDirectory: join(folder, 'run'),
    storeIdentity,
    rootless: false,
  };
  const bootId = (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
  const processes = createProcesses({ bootId });
  const host = createHost({ runDirectory: facts.runDirectory });
  const namespace = storeIdentity;
  const make = (): BuilderPrograms =>
    createBuilderPrograms({
      facts,
      processes,
      host,
      containerd: {
        socketPath: () => containerd.socketPath,
        namespace,
        forgetNamespace: (name) => forgetNamespace(containerd.socketPath, name),
      },
      env: { ...process.env, PATH: path },
      sockets: [],
      log: { info: () => undefined },
    });
  const endAll = (): Promise<void> => endBuilders(facts, { processes, host });
  const dispose = whenInterrupted(async () => {
    await endAll();
    await rm(folder, { recursive: true, force: true });
    await containerd[Symbol.asyncDispose]();
  });
  const programs = make();
  return {
    program,
    programs,
    folder,
    containerd,
    again: make,
    endAll,
    async kill(name) {
      const record = join(facts.runDirectory, 'builders', name, `${program}.json`);
      const identity = JSON.parse(await readFile(record, 'utf8')) as Parameters<typeof processes.end>[0];
      await processes.end(identity, 0);
    },
    async traces() {
      const mounts = (await readFile('/proc/self/mountinfo', 'utf8'))
        .split('\n')
        .filter((line) => line.includes(folder));
      const cgroups = await cgroupsNamed(`tsmoby/${storeIdentity}`);
      const namespaces = (await namespacesOf(containerd.socketPath)).filter((name) => name.startsWith(namespace));
      return [
        ...(await processesOf(folder)),
        ...mounts,
        ...cgroups.filter((each) => each.includes('/builders/')),
        ...namespaces,
        ...['data', 'run'].map((each) => join(folder, each, 'builders/one')).filter((each) => existsSync(each)),
      ];
    },
    steps: () => processesBelow(`tsmoby/${storeIdentity}`),
    [Symbol.asyncDispose]: dispose,
  };
}

/** A directory that has the program under its own name. */
async function onPath(folder: string, binary: string): Promise<string> {
  const directory = join(folder, 'bin');
  await mkdir(directory);
  await symlink(binary, join(directory, 'buildkitd'));
  return directory;
}
