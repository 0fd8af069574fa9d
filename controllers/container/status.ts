import type { InstanceResources } from '../../runtime/ports/containers.ts';
import type { ContainerStatus, ContainerStatusStateTerminated } from '../../schemas/gen/types.ts';
import { REASONS } from '../../schemas/conditions.ts';

/** Status fields to set; undefined takes a field away. */
export type StatusFields = { readonly [K in keyof ContainerStatus]?: ContainerStatus[K] | undefined };

export interface Run {
  readonly containerID: string;
  readonly pid: number;
  readonly startedAt: string;
  readonly restartCount: number;
  readonly logRun: number;
  readonly image: string | undefined;
  readonly imageID: string | undefined;
  readonly resources: InstanceResources;
}

/** A process runs. */
export function runningStatus(run: Run): StatusFields {
  const { startedAt, resources, ...rest } = run;
  return {
    ...rest,
    phase: 'Running',
    summary: REASONS.Running,
    started: true,
    nextStartTime: undefined,
    state: { running: { startedAt } },
    resources: inForce(resources),
  };
}

/** Limits as status tells them: the weight is none. */
export function inForce({ memoryBytes, cpuMillis, pids }: InstanceResources): ContainerStatus['resources'] {
  return {
    ...(memoryBytes === undefined ? {} : { memoryBytes }),
    ...(cpuMillis === undefined ? {} : { cpuMillis }),
    ...(pids === undefined ? {} : { pids }),
  };
}

/** Nothing runs, and something will. */
export function waitingStatus(reason: string, message: string): StatusFields {
  return {
    phase: 'Pending',
    summary: reason,
    started: false,
    pid: undefined,
    state: { waiting: { reason, message } },
  };
}

/** The last run is over and there will be no other. */
export function finishedStatus(run: ContainerStatusStateTerminated): StatusFields {
  const succeeded = run.exitCode === 0;
  return {
    phase: succeeded ? 'Succeeded' : 'Failed',
    summary: run.reason ?? REASONS.Error,
    started: false,
    pid: undefined,
    nextStartTime: undefined,
    state: { terminated: run },
    lastState: { terminated: run },
  };
}
