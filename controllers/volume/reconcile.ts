import type { Volumes } from '../../runtime/ports/volumes.ts';
import type { Container, Volume, VolumeStatus } from '../../schemas/gen/types.ts';
import { REASONS } from '../../schemas/conditions.ts';
import { quantityValue } from '../../schemas/values/quantity.ts';
import { ReconcileError, settled, type Outcome, type ReconcileContext } from '../engine/contract.ts';
import { hostPath as realPath } from '../engine/host-path.ts';
import { volumeId } from './names.ts';
import { planProvision, planRelease } from './plan.ts';

type Context = ReconcileContext<VolumeStatus>;

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
    const path = await realPath(volumes.resolveHostPath(hostPath.path, hostPath.type));
    return { type: 'HostPath', path, populated: undefined };
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
