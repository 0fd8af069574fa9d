import { isRuntimeError } from '../../runtime/errors.ts';
import type { InstanceSpec } from '../../runtime/ports/containers.ts';
import type { ImageRecord } from '../../runtime/ports/images.ts';
import type { Sandbox } from '../../runtime/ports/sandboxes.ts';
import { checkInstance } from './check.ts';
import { resolveDevices } from './devices.ts';
import { messageFile } from './describe-run.ts';
import { resolveEnvironment } from './environment.ts';
import { requestAgain } from './image-link.ts';
import { prepareMounts, standardMounts } from './mounts.ts';
import { checkQuestions } from './probe-spec.ts';
import { ensureSandbox, servingGeneration, tellPlace } from './sandbox.ts';
import { translate } from './translate.ts';
import { resolveUser } from './user.ts';
import type { ReadyImage, Work } from './work.ts';

const DEFAULT_MESSAGE_PATH = '/dev/termination-log';

/**
 * What an instance is to be made of, everything that the spec refers to looked up and there. Throws an outcome that names what is
 * missing.
 */
export async function prepare(work: Work, id: string, ready: ReadyImage): Promise<InstanceSpec> {
  const { container, context, deps, specHash } = work;
  checkQuestions(container);
  const image = await recordOf(work, ready);
  const environment = resolveEnvironment(container, context.reader);
  const [userFiles, sandbox, mounts, devices, message] = await Promise.all([
    deps.imageCache.userFiles(image),
    sandboxOf(work),
    prepareMounts(container, image, context.reader, deps),
    resolveDevices(container, deps.volumes),
    resetMessage(work),
  ]);
  const { securityContext, terminationMessagePath = DEFAULT_MESSAGE_PATH } = container.spec;
  const user = resolveUser(image.config.user, securityContext, userFiles);
  const standard = standardMounts(sandbox, { source: message, destination: terminationMessagePath });
  // What the spec mounts lies over what every container gets.
  const own = new Set(mounts.map(({ destination }) => destination));
  const all = [...standard.filter(({ destination }) => !own.has(destination)), ...mounts];
  return translate(container, { id, specHash, image, environment, user, mounts: all, devices, sandbox });
}

/** What an instance that is there already mounts, is there again: after a reboot, or when somebody took it away. */
export async function prepareAgain(work: Work): Promise<void> {
  const { container, context, deps } = work;
  await Promise.all([sandboxOf(work), prepareMounts(container, undefined, context.reader, deps), resetMessage(work)]);
}

/** Whether another instance could be made now, before the one that runs is stopped for it. Throws the outcome that `prepare` would. */
export async function checkPrepared(work: Work, ready: ReadyImage): Promise<void> {
  const record = await recordOf(work, ready);
  const userFiles = await work.deps.imageCache.userFiles(record);
  await checkInstance(work, { record, userFiles }, work.deps);
}

/** An Image sees by itself that its record is gone; a Build makes it again when it is asked to. */
async function recordOf({ deps, context }: Work, ready: ReadyImage): Promise<ImageRecord> {
  try {
    return await deps.imageCache.record(ready.recordName, ready.manifestDigest);
  } catch (error) {
    if (isRuntimeError(error, 'NotFound') && ready.object.kind === 'Build') await requestAgain(ready, context);
    throw error;
  }
}

async function sandboxOf(work: Work): Promise<Sandbox> {
  const place = await ensureSandbox(work, servingGeneration(work.context.status.current));
  // probes and hooks ask for its address before the pass is over
  tellPlace(work, place);
  return place.sandbox;
}

const resetMessage = ({ container, deps }: Work): Promise<string> =>
  deps.volumes.resetScratchFile(container.metadata.uid, messageFile(container));
