import type { InstanceState, TaskState } from '../../runtime/ports/containers.ts';
import type { ContainerSpec, ContainerStatus } from '../../schemas/gen/types.ts';
import { REASONS } from '../../schemas/conditions.ts';
import { parseTime } from '../../schemas/values/time.ts';
import { endingCause, endingOf, type Ending } from './ending.ts';
import { wantsRestart } from './exit.ts';
import type { Failure } from './health.ts';
import type { Restart } from './restart-wanted.ts';
import { containerID, IMAGE_LABEL, RESOURCES_LABEL, SPEC_HASH_LABEL } from './names.ts';

/** What the object asks for, as far as the plan is concerned. */
export interface Wanted {
  readonly specHash: string;
  /** The instance it should be; undefined while the image is not known. */
  readonly id?: string;
  /** What the spec calls the image, as in the image label. */
  readonly source: string;
  /** Canonical text of the limits. */
  readonly resources: string;
  readonly restartPolicy: ContainerSpec['restartPolicy'];
  /** The process that status tells of is to be stopped and started again. */
  readonly restart?: Restart;
  /** Why an instance that never ran may not be started yet. */
  readonly hold?: Hold;
}

/** What is to come first; of a circle nobody can be the first. */
export interface Hold {
  readonly type: 'waiting' | 'stalled';
  readonly reason: string;
  readonly message: string;
}

export interface Observed {
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly instances: readonly InstanceState[];
  /** What was last written down: the runs that are over. */
  readonly status: Readonly<Partial<ContainerStatus>>;
  /** What its probes or its hook found of the process that status tells of. */
  readonly failure?: Failure;
}

/** One thing to do, and why. The words of `cause` are for people. */
export type Step =
  /** A process ended: write down how, then let go of its task. */
  | {
      readonly type: 'RecordExit';
      readonly id: string;
      readonly task: TaskState;
      readonly replaced: boolean;
      readonly cause: string;
    }
  /** A process that was written down as running has vanished without an exit status. */
  | { readonly type: 'RecordLoss'; readonly id: string; readonly reason: string; readonly cause: string }
  /** A process runs that is not written down yet. */
  | { readonly type: 'Adopt'; readonly id: string; readonly pid: number; readonly cause: string }
  /** A process that runs is not well: write down that it is to be ended, and why. */
  | { readonly type: 'Condemn'; readonly id: string; readonly failure: Failure; readonly cause: string }
  /** `ending`: it is a failed run. */
  | { readonly type: 'Stop'; readonly id: string; readonly cause: string; readonly ending?: Ending }
  /** Stopped on purpose, to be started again on the same instance whatever the restart policy says. */
  | { readonly type: 'Restart'; readonly id: string; readonly reason: string; readonly cause: string }
  | { readonly type: 'Delete'; readonly id: string; readonly cause: string }
  /** The policy that asked for another run was taken back: the last one is the end. */
  | { readonly type: 'Finish'; readonly id: string; readonly cause: string }
  | { readonly type: 'AwaitImage'; readonly cause: string }
  | { readonly type: 'AwaitDependencies'; readonly hold: Hold; readonly cause: string }
  | { readonly type: 'BackOff'; readonly until: number; readonly cause: string }
  | { readonly type: 'Create'; readonly id: string; readonly cause: string }
  | { readonly type: 'Start'; readonly id: string; readonly cause: string }
  | { readonly type: 'UpdateResources'; readonly id: string; readonly cause: string }
  /** The same image by another name. */
  | { readonly type: 'Relabel'; readonly id: string; readonly source: string; readonly cause: string };

/**
 * The next steps from what is there to what is wanted; none when they agree. A step after which the world must be looked at again
 * (an exit decides about what follows) stands alone. Pure.
 */
export function plan(wanted: Wanted, observed: Observed): readonly Step[] {
  const { instances, status } = observed;
  const current = currentOf(instances, wanted);
  const obsolete = instances.filter((instance) => instance !== current);

  const ended = instances.find(({ task }) => task?.status === 'stopped');
  if (ended?.task) {
    const kept = ended === current || isHeld(wanted, ended, status);
    return [recordExit(ended, ended.task, !kept || isBeingRestarted(ended, status))];
  }
  const lost = lostRun(observed);
  if (lost) return [lost];
  const sick = endUnhealthy(observed);
  if (sick) return [sick];
  if (current?.task && isAlive(current.task)) return keepRunning(wanted, current, current.task, obsolete, status);

  const id = current?.id ?? wanted.id;
  if (id === undefined) return [{ type: 'AwaitImage', cause: 'the image is not here yet' }];
  // Only what never ran waits: neither what replaces a process, before that is stopped, nor a restart of what ran.
  const { hold } = wanted;
  if (hold !== undefined && status.containerID !== containerID(id)) {
    return [{ type: 'AwaitDependencies', hold, cause: hold.message }];
  }
  const leave = obsolete.map((instance) => retire(instance));
  if (leave.length > 0) return leave;
  if (isFinished(wanted, id, status)) return [];
  if (isOver(wanted, id, status)) return [{ type: 'Finish', id, cause: 'restartPolicy asks for no other run' }];
  if (isUnreachable(current)) return [remove(id, 'the runtime has lost touch with its process')];
  return run(id, current, observed);
}

/** The process that status tells of is not well, now or since it was written down. */
function endUnhealthy({ instances, status, failure }: Observed): Step | undefined {
  const instance = instances.find(({ id }) => containerID(id) === status.containerID);
  const { id, task } = instance ?? {};
  if (id === undefined || task === undefined || !isAlive(task) || task.pid !== status.pid) return undefined;
  const ending = endingOf(status, task.pid);
  if (ending !== undefined) return { type: 'Stop', id, cause: endingCause(ending), ending };
  // It is being stopped already, and that is no failure.
  if (status.restarting !== undefined) return undefined;
  if (failure?.id !== id || failure.pid !== task.pid) return undefined;
  return { type: 'Condemn', id, failure, cause: endingCause(failure) };
}

const isAlive = (task: TaskState): boolean => task.status === 'running' || task.status === 'paused';

/** What neither runs nor ended: its shim is gone. It cannot be started again as it is. */
const isUnreachable = (instance: InstanceState | undefined): instance is InstanceState =>
  instance?.task?.status === 'unknown';

const remove = (id: string, cause: string): Step => ({ type: 'Delete', id, cause });

/** With no image known, an instance of the present spec and image name is as good as wanted; one that runs is better. */
function currentOf(instances: readonly InstanceState[], { id, specHash, source }: Wanted): InstanceState | undefined {
  if (id !== undefined) return instances.find((instance) => instance.id === id);
  const alike = instances.filter(
    ({ labels }) => labels[SPEC_HASH_LABEL] === specHash && labels[IMAGE_LABEL] === source,
  );
  return alike.find(({ task }) => task !== undefined && isAlive(task)) ?? alike[0];
}

function recordExit({ id }: InstanceState, task: TaskState, replaced: boolean): Step {
  return { type: 'RecordExit', id, task, replaced, cause: `its process ended with code ${task.exitCode ?? 'unknown'}` };
}

/** What is to replace it waits: until then it counts. */
const isHeld = (wanted: Wanted, { id }: InstanceState, { containerID: written }: Observed['status']): boolean =>
  (wanted.hold !== undefined || wanted.id === undefined) && written === containerID(id);

/** It was asked to stop in order to be started again, perhaps by a daemon before this one. */
function isBeingRestarted(
  { id, task }: InstanceState,
  { restarting, containerID: written, pid }: Observed['status'],
): boolean {
  return restarting !== undefined && written === containerID(id) && pid === task?.pid;
}

/** Status says that a process runs, and there is none. */
function lostRun({ instances, status }: Observed): Step | undefined {
  if (status.state?.running === undefined || status.containerID === undefined) return undefined;
  const instance = instances.find(({ id }) => containerID(id) === status.containerID);
  if (instance?.task !== undefined && !isUnreachable(instance)) return undefined;
  const id = status.containerID.slice(containerID('').length);
  return instance === undefined
    ? { type: 'RecordLoss', id, reason: REASONS.InstanceLost, cause: 'its container was deleted behind our back' }
    : { type: 'RecordLoss', id, reason: REASONS.TaskLost, cause: 'its process vanished without an exit status' };
}

function keepRunning(
  wanted: Wanted,
  { id, labels }: InstanceState,
  task: TaskState,
  obsolete: readonly InstanceState[],
  status: Observed['status'],
): readonly Step[] {
  const steps: Step[] = [];
  if (status.pid !== task.pid || status.containerID !== containerID(id)) {
    steps.push({ type: 'Adopt', id, pid: task.pid, cause: 'it runs, and status does not say so' });
  }
  if (labels[RESOURCES_LABEL] !== wanted.resources) {
    steps.push({ type: 'UpdateResources', id, cause: 'spec.resources changed' });
  }
  if (labels[IMAGE_LABEL] !== wanted.source) {
    steps.push({ type: 'Relabel', id, source: wanted.source, cause: 'the same image has another name' });
  }
  steps.push(...obsolete.map((instance) => retire(instance)));
  const { restart = status.pid === task.pid ? status.restarting : undefined } = wanted;
  if (restart !== undefined) {
    const { reason = REASONS.Stopping, message: cause = 'it is to be started again' } = restart;
    steps.push({ type: 'Restart', id, reason, cause });
  }
  return steps;
}

/** An instance that is no longer wanted: stopped first, then deleted. */
function retire({ id, task }: InstanceState): Step {
  const cause = 'the spec or the image changed';
  return task !== undefined && isAlive(task) ? { type: 'Stop', id, cause } : remove(id, cause);
}

/** Its last run is over, was of this very instance, and the policy wants no other. */
function isFinished(
  { restartPolicy }: Wanted,
  id: string,
  { state, containerID: written }: Observed['status'],
): boolean {
  const { terminated } = state ?? {};
  return terminated !== undefined && written === containerID(id) && !wantsRestart(restartPolicy, terminated);
}

/** It waits for another run after a failed one, and the policy no longer wants any. */
function isOver(
  { restartPolicy }: Wanted,
  id: string,
  { state, lastState, crashCount = 0 }: Observed['status'],
): boolean {
  const { terminated } = lastState ?? {};
  const waits = state?.waiting !== undefined && crashCount > 0;
  return waits && terminated?.containerID === containerID(id) && !wantsRestart(restartPolicy, terminated);
}

function run(id: string, current: InstanceState | undefined, { now, status }: Observed): readonly Step[] {
  const until = parseTime(status.nextStartTime ?? '') ?? 0;
  // The wait was earned by this instance; a changed spec deserves a chance at once.
  if (until > now && status.containerID === containerID(id)) {
    return [{ type: 'BackOff', until, cause: `it failed ${status.crashCount ?? 1} times in a row` }];
  }
  const cause = startCause(id, status);
  return current === undefined
    ? [
        { type: 'Create', id, cause },
        { type: 'Start', id, cause },
      ]
    : [{ type: 'Start', id, cause }];
}

function startCause(id: string, { containerID: written, lastState }: Observed['status']): string {
  if (written === undefined) return 'it never ran';
  if (written !== containerID(id)) return 'the spec or the image changed';
  return `its last run ended: ${lastState?.terminated?.reason ?? 'unknown'}`;
}
