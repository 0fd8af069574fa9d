import { isRuntimeError } from '../../runtime/errors.ts';
import type { InstanceSpec, InstanceState } from '../../runtime/ports/containers.ts';
import type { ImageRecord } from '../../runtime/ports/images.ts';
import type { LogLimits } from '../../runtime/ports/logs.ts';
import type { Sandbox } from '../../runtime/ports/sandboxes.ts';
import { REASONS } from '../../schemas/conditions.ts';
import { quantityValue } from '../../schemas/values/quantity.ts';
import { formatTime } from '../../schemas/values/time.ts';
import { resolveEnvironment } from './environment.ts';
import { requestPull } from './image-link.ts';
import { prepareMounts, standardMounts } from './mounts.ts';
import { CONFIG_HASH_LABEL, containerID, RESOURCES_LABEL, sandboxId } from './names.ts';
import { MESSAGE_FILE, recordStartFailure } from './record.ts';
import { translateResources } from './resources.ts';
import { runningStatus } from './status.ts';
import { hostnameOf, translate } from './translate.ts';
import { resolveUser } from './user.ts';
import { logRun, type Work } from './work.ts';

const DEFAULT_LOG_BYTES = 10 * 1024 * 1024;
const DEFAULT_LOG_FILES = 5;
const DEFAULT_MESSAGE_PATH = '/dev/termination-log';

/**
 * Starts a process on an instance, and makes the instance first where there is none, or where it was made from other values than
 * those of now. Resolves with false when the process did not come to life: that is written down like a failed run.
 */
export async function startInstance(work: Work, id: string, current: InstanceState | undefined): Promise<boolean> {
  const { context, deps, container } = work;
  const spec = await prepare(work, id);
  const kept = current !== undefined && isMadeLike(current, spec);
  if (current !== undefined && !kept) {
    await deps.containers.delete(id);
    deps.instances.remove(id);
  }
  const { current: before } = context.status;
  const latest =
    before.logRun ?? (current === undefined ? undefined : await deps.logs.latestRun(container.metadata.uid));
  const run = logRun(work, (latest ?? -1) + 1);
  // Known before the process is: a run that fails has a log and a number too.
  context.status.set({
    logRun: run.run,
    restartCount: run.run,
    image: container.spec.image,
    imageID: work.image?.object.status?.digest,
  });
  try {
    const [stdio] = await Promise.all([deps.logs.open(run, logLimits(work)), kept ? undefined : create(work, spec)]);
    const streams = spec.process.terminal ? { stdout: stdio.stdout } : stdio;
    const { pid } = await deps.containers.start(id, streams, context.signal);
    deps.instances.taskStarted(id, pid);
    started(work, id, pid);
    return true;
  } catch (error) {
    await deps.logs.drain(run, 0).catch(() => undefined);
    if (isNotUnpacked(error)) await mendImage(work);
    if (!isStartFailure(error)) throw error;
    recordStartFailure(work, id, error.reason ?? REASONS.StartError, error.message);
    return false;
  }
}

/** Everything that the spec refers to is looked up and there. */
async function prepare(work: Work, id: string): Promise<InstanceSpec> {
  const { container, context, deps, specHash } = work;
  const image = await imageRecord(work);
  const environment = resolveEnvironment(container, context.reader);
  const [userFiles, sandbox, mounts, message] = await Promise.all([
    deps.imageCache.userFiles(image),
    ensureSandbox(work),
    prepareMounts(container, image, context.reader, deps),
    deps.volumes.resetScratchFile(container.metadata.uid, MESSAGE_FILE),
  ]);
  const { securityContext, terminationMessagePath = DEFAULT_MESSAGE_PATH } = container.spec;
  const user = resolveUser(image.config.user, securityContext, userFiles);
  const standard = standardMounts(sandbox, { source: message, destination: terminationMessagePath });
  // What the spec mounts lies over what every container gets.
  const own = new Set(mounts.map(({ destination }) => destination));
  const all = [...standard.filter(({ destination }) => !own.has(destination)), ...mounts];
  return translate(container, { id, specHash, image, environment, user, mounts: all, sandbox });
}

async function imageRecord({ image, deps }: Work): Promise<ImageRecord> {
  const name = image?.object.status?.recordName;
  // Without one the plan does not come this far.
  if (image === undefined || name === undefined) throw new Error('a start was planned without an image');
  return deps.imageCache.record(name, image.manifestDigest);
}

function ensureSandbox({ container, deps }: Work): Promise<Sandbox> {
  const mode = container.spec.hostNetwork ? 'host' : 'none';
  const hostname = hostnameOf(container);
  return deps.sandboxes.ensure({ id: sandboxId(container), ownerUid: container.metadata.uid, mode, hostname });
}

function isMadeLike({ labels }: InstanceState, spec: InstanceSpec): boolean {
  return [CONFIG_HASH_LABEL, RESOURCES_LABEL].every((label) => labels[label] === spec.labels[label]);
}

async function create({ deps, context }: Work, spec: InstanceSpec): Promise<void> {
  await deps.containers.create(spec, context.signal);
  const { id, owner, labels, root } = spec;
  deps.instances.put({ id, owner, labels, manifestDigest: root.manifestDigest });
}

function logLimits({ container }: Work): LogLimits {
  const { maxSize, maxFiles = DEFAULT_LOG_FILES } = container.spec.logging ?? {};
  return { maxBytes: maxSize === undefined ? DEFAULT_LOG_BYTES : quantityValue(maxSize), maxFiles };
}

function started({ container, context }: Work, id: string, pid: number): void {
  const { status, clock, event } = context;
  const { logRun: run = 0, image, imageID, restartCount = 0 } = status.current;
  const startedAt = formatTime(clock.now());
  const resources = translateResources(container.spec.resources);
  status.set(
    runningStatus({
      containerID: containerID(id),
      pid,
      startedAt,
      restartCount,
      logRun: run,
      image,
      imageID,
      resources,
    }),
  );
  event('Normal', REASONS.Started, run === 0 ? `started, pid ${pid}` : `started again, pid ${pid} (restart ${run})`);
}

/** The image's layers are gone from the store: the Image must fetch them again before anything can be made from it. */
async function mendImage({ image, context }: Work): Promise<void> {
  if (image !== undefined) await requestPull(image.object, context.clock.now(), context);
}

const isNotUnpacked = (error: unknown): boolean =>
  isRuntimeError(error, 'NotFound') && error.reason === 'ImageNotUnpacked';

/** The runtime answered, and the answer is that this process cannot be. All else is trouble of another kind. */
function isStartFailure(error: unknown): error is Error & { readonly reason?: string } {
  return isRuntimeError(error, 'InvalidArgument', 'Unsupported', 'Internal', 'FailedPrecondition');
}
