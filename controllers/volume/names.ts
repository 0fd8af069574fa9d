import type { VolumeId } from '../../runtime/ports/volumes.ts';
import type { Volume } from '../../schemas/gen/types.ts';

export const volumeId = ({ metadata }: Volume): VolumeId => ({
  namespace: metadata.namespace ?? '',
  name: metadata.name,
  uid: metadata.uid,
});
