import { isRuntimeError } from '../../runtime/errors.ts';
import type { InstanceSpec, InstanceState, TaskStdio } from '../../runtime/ports/containers.ts';
import { REASONS } from '../../schemas/conditions.ts';
import { formatTime } from '../../schemas/values/time.ts';
import { readConfiguration, startedWith } from './configuration.ts';
import { recordsOf } from './dependencies.ts';
import { requestAgain } from './image-link.ts';
import { logLimits } from './log-limits.ts';
import { CONFIG_HASH_LABEL, containerID, RESOURCES_LABEL } from './names.ts';
import { prepare, prepareAgain } from './prepare.ts';
import { recordStartFailure } from './record.ts';
import { translateResources } from './resources.ts';
import { nextLogRun, nextRestartCount } from './run-number.ts';
import { imageFields, runningStatus, type StatusFields } from './status.ts';
import { logRun, type Work } from './work.ts';

/**
 * Starts a process on an instance, and makes the instance first where there is none, or where it was made from other values than
 * those of now. While no image is ready, an instance that is there is started as it is: it holds its own content. Resolves with
 * false when the process did not come to life, or runs out of step with what we know: the world is to be looked at again.
 */
export async function startInstance(work: Work, id: string, current: InstanceState | undefined): Promise<boolean> {
  const { context, deps, image } = work;
  // Before anything is made of it: what changes meanwhile is a change.
  const configuration = startedWith(readConfiguration(work.container, context.reader));
  const spec = await specOf(work, id, current);
  const wanted = spec && !(current && isMadeLike(current, spec)) ? spec : undefined;
  if (wanted && current) {
    await deps.containers.delete(id);
    deps.instances.remove(id);
  }
  const run = logRun(work, await nextLogRun(work, current !== undefined));
  const dependencies = recordsOf(work.dependencies, undefined, true);
  const { configurationHash } = work;
  const fields = { ...runFields(work, id, run.run), configuration, configurationHash, dependencies };
  try {
    const limits = logLimits(work.container);
    const [stdio] = await Promise.all([deps.logs.open(run, limits), wanted && create(work, wanted)]);
    deps.givenLimits.set(run, limits);
    const { pid } = await deps.containers.start(id, taskStdio(work, stdio), context.signal);
    deps.instances.taskStarted(id, pid);
    started(work, id, pid, fields);
    return true;
  } catch (error) {
    // What we know of it is old, or half of what was made: asked again before the next try.
    deps.instances.changed(id);
    await deps.logs.drain(run, 0).catch(() => undefined);
    if (isNotUnpacked(error) && image) await requestAgain(image, context);
    if (isRuntimeError(error, 'FailedPrecondition') && error.reason === REASONS.TaskStopped) return false;
    if (!isStartFailure(error)) throw error;
    const { reason = REASONS.StartError, message } = error;
    recordStartFailure(work, id, { reason, message, fields });
    return false;
  }
}

/** What the instance is to be made of; undefined for one that can only be started as it is, its image being gone. */
async function specOf(work: Work, id: string, current: InstanceState | undefined): Promise<InstanceSpec | undefined> {
  try {
    if (work.image !== undefined) return await prepare(work, id, work.image);
  } catch (error) {
    const gone = isRuntimeError(error, 'NotFound') && error.reason === REASONS.ImageNotReady;
    if (!gone || current === undefined) throw error;
  }
  await prepareAgain(work);
  return undefined;
}

function isMadeLike({ labels }: InstanceState, spec: InstanceSpec): boolean {
  return [CONFIG_HASH_LABEL, RESOURCES_LABEL].every((label) => labels[label] === spec.labels[label]);
}

async function create({ deps, context }: Work, spec: InstanceSpec): Promise<void> {
  await deps.containers.create(spec, context.signal);
  const { id, owner, labels, root } = spec;
  deps.instances.put({ id, owner, labels, manifestDigest: root.manifestDigest });
}

/** A terminal has one output. */
function taskStdio(
  { container: { spec } }: Work,
  { stdout, stderr }: Required<Pick<TaskStdio, 'stdout' | 'stderr'>>,
): TaskStdio {
  return { stdout, ...(spec.tty ? {} : { stderr }), ...(spec.stdin ? { stdin: true } : {}) };
}

/** What is known of a run before it begins. Failures of another instance are not held against this one. */
function runFields(work: Work, id: string, run: number): StatusFields {
  const { current } = work.context.status;
  const changed = current.containerID !== containerID(id);
  return {
    ...imageFields(work),
    logRun: run,
    restartCount: nextRestartCount(current),
    ...(changed ? { crashCount: undefined } : {}),
  };
}

function started({ container, context }: Work, id: string, pid: number, fields: StatusFields): void {
  const { status, clock, event } = context;
  const startedAt = formatTime(clock.now());
  const resources = translateResources(container.spec.resources);
  status.set({ ...fields, ...runningStatus({ containerID: containerID(id), pid, startedAt, resources }) });
  // Made with the limits that the spec asks for.
  status.removeCondition('ResourcesApplied');
  const again = fields.restartCount ? ` again (restart ${fields.restartCount})` : '';
  event('Normal', REASONS.Started, `started${again}, pid ${pid}`);
}

const isNotUnpacked = (error: unknown): boolean =>
  isRuntimeError(error, 'NotFound') && error.reason === REASONS.ImageNotUnpacked;

/** The runtime answered, and the answer is that this process cannot be. All else is trouble of another kind. */
function isStartFailure(error: unknown): error is Error & { readonly reason?: string } {
  return isRuntimeError(error, 'InvalidArgument', 'Unsupported', 'Internal', 'FailedPrecondition');
}
