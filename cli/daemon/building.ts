import { randomBytes, randomUUID } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Log } from '../../controllers/engine/environment.ts';
import type { TemporaryFile } from '../../controllers/build/run.ts';
import { createBuildLogs } from '../../runtime/build-logs/create.ts';
import { createBuildContexts } from '../../runtime/buildkit/contexts/create.ts';
import { createBuilders } from '../../runtime/buildkit/index.ts';
import { createBuilderPrograms } from '../../runtime/buildkit/programs/create.ts';
import { shareBuilders } from '../../runtime/buildkit/share-builders.ts';
import { forgetNamespace } from '../../runtime/containerd/forget-namespace.ts';
import { namespaceOf } from '../../runtime/containerd/connect.ts';
import { RuntimeError } from '../../runtime/errors.ts';
import type { BuildContexts } from '../../runtime/ports/build-contexts.ts';
import type { BuildLogs } from '../../runtime/ports/build-logs.ts';
import type { BuilderPrograms } from '../../runtime/ports/builder-programs.ts';
import type { Builders } from '../../runtime/ports/builders.ts';
import type { Host, HostFacts } from '../../runtime/ports/host.ts';
import type { Processes } from '../../runtime/ports/processes.ts';
import type { LateContainerd } from './late-containerd.ts';

export interface BuildingOptions {
  readonly facts: HostFacts;
  readonly host: Host;
  readonly processes: Processes;
  readonly containerd: Pick<LateContainerd, 'socketPath'>;
  readonly log: Log;
  readonly env: NodeJS.ProcessEnv;
  /** What builds may be given beyond a sandbox. */
  readonly entitlements: readonly string[];
}

/** The ports of runtime/ that builds need, each filled by an adapter that knows nothing of the others. */
export interface Building {
  readonly builders: Builders;
  readonly contexts: BuildContexts;
  readonly buildLogs: BuildLogs;
  readonly programs: BuilderPrograms;
  /** For an image that a builder can only hand over as a file; below the data directory, where there is room for it. */
  readonly temporaryFile: () => Promise<TemporaryFile>;
  readonly newId: () => string;
}

const clock = { now: () => Date.now() };
const newId = (): string => randomBytes(12).toString('hex');

/** Nothing is started or connected until a Builder or a Build wants it. */
export async function openBuilding(options: BuildingOptions): Promise<Building> {
  const { facts, host, processes, containerd, log, env, entitlements } = options;
  const { dataDirectory, storeIdentity: hostId } = facts;
  const spool = join(dataDirectory, 'build-spool');
  // What a daemon that was killed left in the middle is of no use to anybody.
  await rm(spool, { recursive: true, force: true });
  return {
    builders: shareBuilders(createBuilders({ newId, hostId })),
    contexts: createBuildContexts({ dataDirectory, hostId, host, clock, newId: randomUUID, log, env }),
    buildLogs: createBuildLogs({ dataDirectory, clock, log }),
    programs: createBuilderPrograms({
      facts,
      processes,
      host,
      env,
      entitlements,
      log,
      containerd: {
        socketPath: () => containerd.socketPath(),
        namespace: namespaceOf(hostId),
        async forgetNamespace(name) {
          const socketPath = containerd.socketPath();
          if (socketPath === undefined) throw new RuntimeError('Unavailable', 'containerd is not there');
          await forgetNamespace(socketPath, name);
        },
      },
    }),
    async temporaryFile() {
      await mkdir(spool, { recursive: true, mode: 0o700 });
      const path = join(spool, newId());
      return { path, [Symbol.asyncDispose]: () => rm(path, { force: true }) };
    },
    newId,
  };
}
