import { isRuntimeError, type RuntimeError } from '../../runtime/errors.ts';
import type { Volumes } from '../../runtime/ports/volumes.ts';
import type { Container, Volume, VolumeStatus } from '../../schemas/gen/types.ts';
import { REASONS } from '../../schemas/conditions.ts';
import { quantityValue } from '../../schemas/values/quantity.ts';
import { ReconcileError, settled, type Outcome, type ReconcileContext } from '../engine/contract.ts';
import { volumeId } from './names.ts';
import { planProvision, planRelease } from './plan.ts';

type Context = ReconcileContext<VolumeStatus>;

/** A host path that is missing may come any moment, and nothing tells us when. */
const HOST_PATH_POLL_MS = 10_000;

/** The storage is there, and status says where. Data that vanished is never replaced by an empty directory unasked. */
export async function reconcileVolume(volume: Volume, context: Context, volumes: Volumes): Promise<Outcome> {
  const { status } = context;
  const { type, path, populated } = await provision(volume, context, volumes);
  status.set({ type, path, populated });
  status.condition({ type: 'Ready', status: 'True', reason: REASONS.Provisioned, message: path });
  return settled();
}

type Provisioned = { readonly type: string; readonly path: string; readonly populated: boolean | undefined };

async function provision(volume: Volume, context: Context, volumes: Volumes): Promise<Provisioned> {
  const { tmpfs, hostPath } = volume.spec;
  if (hostPath !== undefined) {
    return { type: 'HostPath', path: await hostDirectory(hostPath, volumes), populated: undefined };
  }
  if (tmpfs === undefined) return directory(volume, context, volumes);
  const options = {
    ...(tmpfs.sizeLimit === undefined ? {} : { sizeBytes: quantityValue(tmpfs.sizeLimit) }),
    ...(tmpfs.mode === undefined ? {} : { mode: tmpfs.mode }),
  };
  return { type: 'Tmpfs', path: await volumes.ensureTmpfs(volumeId(volume), options), populated: undefined };
}

async function directory(volume: Volume, { status, event }: Context, volumes: Volumes): Promise<Provisioned> {
  const id = volumeId(volume);
  const plan = planProvision(volume, await volumes.statDirectory(id), status.current);
  if (plan.type === 'Missing') {
    throw new ReconcileError({ type: 'stalled', reason: REASONS.VolumeDataMissing, message: plan.message });
  }
  const there = await volumes.ensureDirectory(id, volume.spec.directory?.mode);
  if (plan.type === 'Directory' && plan.is === 'retained') {
    event('Normal', REASONS.Provisioned, `found the data that an earlier Volume ${id.name} retained: ${there.path}`);
  }
  return { type: 'Directory', path: there.path, populated: there.populated || undefined };
}

async function hostDirectory(hostPath: NonNullable<Volume['spec']['hostPath']>, volumes: Volumes): Promise<string> {
  try {
    return await volumes.resolveHostPath(hostPath.path, hostPath.type);
  } catch (error) {
    if (!isRuntimeError(error)) throw error;
    throw hostPathError(error);
  }
}

/** What the daemon forbids only a person can allow; what is not there yet may come. */
function hostPathError(error: RuntimeError): ReconcileError {
  const { message } = error;
  if (error.code === 'InvalidArgument') {
    return new ReconcileError({ type: 'stalled', reason: error.reason ?? REASONS.HostPathNotAllowed, message });
  }
  const reason = error.reason ?? (error.code === 'NotFound' ? REASONS.HostPathNotFound : REASONS.HostPathWrongType);
  return new ReconcileError({ type: 'waiting', reason, message, requeueAfterMs: HOST_PATH_POLL_MS }, { cause: error });
}

/** Waits for the Containers that mount it, then does with the data what the policy says. */
export async function finalizeVolume(
  volume: Volume,
  users: readonly Container[],
  { event }: Context,
  volumes: Volumes,
): Promise<Outcome> {
  const release = planRelease(volume, users);
  const id = volumeId(volume);
  switch (release.type) {
    case 'Wait':
      return { type: 'waiting', reason: REASONS.InUse, message: release.message };
    case 'RemoveTmpfs':
      await volumes.removeTmpfs(id);
      break;
    case 'RemoveDirectory':
      await volumes.removeDirectory(id);
      break;
    case 'Retain': {
      const kept = await volumes.statDirectory(id);
      if (kept !== undefined) {
        event('Normal', REASONS.Retained, `reclaimPolicy is Retain: the data stays in ${kept.path}`);
      }
      break;
    }
    case 'Nothing':
      break;
  }
  return settled();
}
