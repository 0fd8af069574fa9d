import type { Volumes } from '../../runtime/ports/volumes.ts';
import type { Volume, VolumeStatus } from '../../schemas/gen/types.ts';
import { ELSEWHERE, settled, type Controller } from '../engine/contract.ts';
import { foretellVolume } from './foretell.ts';
import { finalizeVolume, reconcileVolume } from './reconcile.ts';
import { usersOf, watchedContainers, watchedRevisions } from './users.ts';

export interface VolumeControllerOptions {
  readonly volumes: Volumes;
  /** Volumes that belong to another machine are left alone. */
  readonly nodeName: string;
}

/** Keeps the storage that Volume objects ask for. */
export function volumeController({ volumes, nodeName }: VolumeControllerOptions): Controller<Volume, VolumeStatus> {
  const elsewhere = ({ spec }: Volume): boolean => spec.nodeName !== undefined && spec.nodeName !== nodeName;
  return {
    name: 'volume',
    kind: { apiVersion: 'tsmoby.dev/v1alpha1', kind: 'Volume' },
    finalizer: 'tsmoby.dev/volume',
    watches: [watchedContainers, watchedRevisions],
    async reconcile(volume, context) {
      return elsewhere(volume) ? settled() : reconcileVolume(volume, context, volumes);
    },
    async finalize(volume, context) {
      if (elsewhere(volume)) return settled();
      return finalizeVolume(volume, usersOf(volume, context.reader), context, volumes);
    },
    plan: (volume, context) => (elsewhere(volume) ? ELSEWHERE : foretellVolume(volume, context, volumes)),
  };
}
