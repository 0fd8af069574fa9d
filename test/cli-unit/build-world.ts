import { serveBuildLog } from '../../cli/daemon/build-log.ts';
import type { FakeBuildLogs } from '../../runtime/fake/build-logs.ts';
import { createFakeRuntime } from '../../runtime/fake/create.ts';
import type { BuildLogEntry } from '../../runtime/ports/build-logs.ts';
import type { Build, BuildStatus } from '../../schemas/gen/types.ts';
import type { Condition } from '../../schemas/object.ts';
import { createManualTime } from '../runtime/fake/manual-time.ts';
import { eventually } from '../support/eventually.ts';
import { openCliWorld, type CliWorld } from './world.ts';

export const BUILD = { apiVersion: 'tsmoby.dev/v1alpha1', kind: 'Build' } as const;

/** A server with logs of builds, and what a controller of Builds does, by hand. */
export interface BuildWorld extends CliWorld {
  readonly logs: FakeBuildLogs;
  /** The Build, once it is as it is asked to be. */
  find(name: string, isIt?: (build: Build) => boolean): Promise<Build>;
  setStatus(build: Build, status: Partial<BuildStatus>): Promise<void>;
  /** Writes a log; it stays open. */
  write(build: Build, number: number, entries: readonly object[]): Promise<OpenLog>;
}

export interface OpenLog {
  add(...entries: readonly object[]): void;
  close(): Promise<void>;
}

export async function openBuildWorld(): Promise<BuildWorld> {
  const world = await openCliWorld();
  const time = createManualTime();
  const { buildLogs: logs } = createFakeRuntime({ clock: time, timers: time });
  serveBuildLog(world.api.server, logs);
  const client = world.api.client('admin');
  const refOf = (name: string) => ({ ...BUILD, namespace: 'default', name });
  return {
    ...world,
    logs,
    find: (name, isIt = () => true) =>
      eventually(`build ${name} is as it is asked to be`, async () => {
        const found = await client.get<Build>(refOf(name)).catch(() => undefined);
        return found !== undefined && isIt(found) ? found : undefined;
      }),
    async setStatus({ metadata }, status) {
      await client.patch(refOf(metadata.name), { status }, { type: 'merge', subresource: 'status' });
    },
    async write({ metadata }, number, entries) {
      const writer = await logs.open({ log: metadata.uid, number });
      const add = (...more: readonly object[]): void => {
        for (const entry of more) writer.append(entry as BuildLogEntry);
      };
      add(...entries);
      return { add, close: () => writer.close() };
    },
  };
}

const condition = (type: string, status: Condition['status'], reason: string, message: string): Condition => ({
  type,
  status,
  reason,
  message,
  lastTransitionTime: '2026-01-01T00:00:00Z',
});

/** Status of a Build whose newest build goes on. */
export const running = ({ metadata }: Build, number: number): Partial<BuildStatus> => ({
  observedGeneration: metadata.generation ?? 0,
  lastBuild: { number, phase: 'Running' },
  conditions: [condition('Reconciling', 'True', 'Building', `build ${number}`)],
});

export const succeeded = ({ metadata }: Build, number: number): Partial<BuildStatus> => ({
  observedGeneration: metadata.generation ?? 0,
  number,
  digest: `sha256:${'d'.repeat(64)}`,
  lastBuild: { number, phase: 'Succeeded' },
  conditions: [condition('Ready', 'True', 'Built', `build ${number}`)],
});

export const failed = ({ metadata }: Build, number: number): Partial<BuildStatus> => ({
  observedGeneration: metadata.generation ?? 0,
  lastBuild: {
    number,
    phase: 'Failed',
    failure: { message: 'exit code: 1', file: 'Dockerfile', line: 3, endLine: 3, excerpt: '>>> 3 | RUN false' },
  },
  conditions: [
    condition('Ready', 'False', 'BuildFailed', `build ${number}: Dockerfile:3: exit code: 1`),
    condition('Stalled', 'True', 'BuildFailed', `build ${number}: Dockerfile:3: exit code: 1`),
  ],
});

export const waiting = ({ metadata }: Build, reason: string, message: string): Partial<BuildStatus> => ({
  observedGeneration: metadata.generation ?? 0,
  conditions: [condition('Ready', 'False', reason, message), condition('Reconciling', 'True', reason, message)],
});
