import type { Volumes } from '../../runtime/ports/volumes.ts';
import type { Volume } from '../../schemas/gen/types.ts';
import { REASONS } from '../../schemas/conditions.ts';
import type { PlanContext, Planned } from '../engine/contract.ts';
import { hostPath } from '../engine/host-path.ts';
import { planProvision, planRelease } from './plan.ts';
import { volumeId } from './names.ts';
import { usersOf } from './users.ts';

/** As much of the port as only looks. */
export type VolumesView = Pick<Volumes, 'statDirectory' | 'checkHostPath'>;

/** What would be done for a Volume, and what would become of its data. */
export async function foretellVolume(volume: Volume, { reader }: PlanContext, volumes: VolumesView): Promise<Planned> {
  const { deletionTimestamp } = volume.metadata;
  const hasDirectory = volume.spec.tmpfs === undefined && volume.spec.hostPath === undefined;
  const found = hasDirectory ? await volumes.statDirectory(volumeId(volume)) : undefined;
  const path = found?.path ?? volume.status?.path;
  if (deletionTimestamp === undefined) return provision(volume, found, path, volumes);
  const release = planRelease(volume, usersOf(volume, reader));
  switch (release.type) {
    case 'Wait':
      return { action: 'Wait', message: `is deleted when nobody mounts it: ${release.message}`, steps: [] };
    case 'Nothing':
      return { action: 'Delete', message: `deleted: the path of the machine stays as it is`, steps: [] };
    case 'RemoveTmpfs':
      return removed('RemoveTmpfs', path, 'what it holds is in memory, and is lost');
    case 'RemoveDirectory':
      return path === undefined
        ? NEVER_MADE
        : removed('RemoveDirectory', path, 'reclaimPolicy is Delete: its data are lost');
    case 'Retain': {
      if (found === undefined) return NEVER_MADE;
      const cause = 'reclaimPolicy is Retain';
      const steps = [{ type: 'Retain', target: found.path, cause }];
      return { action: 'Retain', message: `deleted: data retained in ${found.path}`, steps };
    }
  }
}

const NEVER_MADE: Planned = { action: 'Delete', message: 'deleted: there are no data', steps: [] };

function removed(type: string, path: string | undefined, cause: string): Planned {
  const target = path === undefined ? {} : { target: path };
  return { action: 'Delete', message: `deleted: ${cause}`, steps: [{ type, ...target, cause }] };
}

/** Throws what a pass would wait for. */
async function provision(
  volume: Volume,
  found: Parameters<typeof planProvision>[1],
  path: string | undefined,
  volumes: VolumesView,
): Promise<Planned> {
  const plan = planProvision(volume, found, volume.status ?? {});
  const isNew = volume.status?.path === undefined;
  switch (plan.type) {
    case 'Missing':
      return { action: 'Wait', message: `waits: ${REASONS.VolumeDataMissing}: ${plan.message}`, steps: [] };
    case 'HostPath':
      await hostPath(volumes.checkHostPath(plan.path, volume.spec.hostPath?.type));
      return isNew ? made('Provision', plan.path, 'a path of this machine is looked for') : THERE;
    case 'Tmpfs':
      return isNew ? made('Provision', undefined, 'a file system in memory is mounted') : THERE;
    case 'Directory':
      if (plan.is === 'there') return THERE;
      return plan.is === 'new'
        ? made('Provision', path, 'an empty directory is made')
        : made('Provision', path, 'the data that an earlier Volume of this name retained are used');
  }
}

const THERE: Planned = { action: 'None', message: 'its storage is there', steps: [] };

function made(type: string, path: string | undefined, cause: string): Planned {
  const target = path === undefined ? {} : { target: path };
  return { action: 'Create', message: `made: ${cause}`, steps: [{ type, ...target, cause }] };
}
