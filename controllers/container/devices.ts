import type { InstanceDevice } from '../../runtime/ports/containers.ts';
import type { Volumes } from '../../runtime/ports/volumes.ts';
import { REASONS } from '../../schemas/conditions.ts';
import type { Container } from '../../schemas/gen/types.ts';
import { ReconcileError } from '../engine/contract.ts';
import { hostPath } from '../engine/host-path.ts';

/** Devices that the spec asks for, by their real paths. Throws the outcome of one that the daemon does not allow, or that is missing. */
export function resolveDevices(
  { spec }: Container,
  volumes: Pick<Volumes, 'checkHostPath'>,
): Promise<readonly InstanceDevice[]> {
  return Promise.all(
    (spec.devices ?? []).map(async ({ hostPath: path, containerPath: destination = path, permissions = 'rwm' }) => {
      const source = await hostPath(volumes.checkHostPath(path));
      // A container that may make nodes could put one into a directory that it shares with the machine.
      if (source.startsWith('/dev/')) return { source, destination, permissions };
      const message = `device ${path} is ${source}, and devices are below /dev`;
      throw new ReconcileError({ type: 'stalled', reason: REASONS.HostPathWrongType, message });
    }),
  );
}
