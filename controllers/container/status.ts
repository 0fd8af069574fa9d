import type { InstanceResources } from '../../runtime/ports/containers.ts';
import type { ContainerStatus, ContainerStatusStateTerminated } from '../../schemas/gen/types.ts';
import { REASONS } from '../../schemas/conditions.ts';
import { resultsOf } from './image-source.ts';
import { hasSucceeded } from './exit.ts';
import type { Work } from './work.ts';

/** Status fields to set; undefined takes a field away. */
export type StatusFields = { readonly [K in keyof ContainerStatus]?: ContainerStatus[K] | undefined };

/** Nothing is known of the health of a run that has not begun. */
const NOT_STARTED = { started: false, ready: false, postStarted: undefined, ending: undefined } as const;

export interface Run {
  readonly containerID: string;
  readonly pid: number;
  readonly startedAt: string;
  readonly resources: InstanceResources;
}

/** A process runs. Whether it has started, and can serve, is found out afterwards. */
export function runningStatus({ startedAt, resources, ...rest }: Run): StatusFields {
  return {
    ...rest,
    phase: 'Running',
    summary: REASONS.Running,
    ...NOT_STARTED,
    nextStartTime: undefined,
    restarting: undefined,
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

/** What the spec calls the image, and what that is now; nothing of it while no image is ready. */
export function imageFields({ container, image }: Pick<Work, 'container' | 'image'>): StatusFields {
  if (image === undefined) return {};
  const found = resultsOf(image.object).find(({ manifestDigest }) => manifestDigest === image.manifestDigest);
  // One that is kept as it was made is of a digest that the Image had before.
  if (found === undefined) return {};
  return { image: container.spec.image ?? image.object.status?.reference, imageID: found.digest };
}

/** Nothing runs, and something will. Says nothing of when. */
export function waitingStatus(reason: string, message: string): StatusFields {
  return {
    phase: 'Pending',
    summary: reason,
    ...NOT_STARTED,
    pid: undefined,
    restarting: undefined,
    state: { waiting: { reason, message } },
  };
}

/** The last run is over and there will be no other. */
export function finishedStatus(run: ContainerStatusStateTerminated): StatusFields {
  return {
    phase: hasSucceeded(run) ? 'Succeeded' : 'Failed',
    summary: run.reason ?? REASONS.Error,
    ...NOT_STARTED,
    pid: undefined,
    nextStartTime: undefined,
    restarting: undefined,
    state: { terminated: run },
    lastState: { terminated: run },
  };
}
