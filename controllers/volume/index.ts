import type { Volumes } from '../../runtime/ports/volumes.ts';
import type { KubeObject } from '../../schemas/object.ts';
import type { Container, Volume, VolumeStatus } from '../../schemas/gen/types.ts';
import { settled, type Controller, type Key, type Reader } from '../engine/contract.ts';
import { objectKey } from '../engine/keys.ts';
import { finalizeVolume, reconcileVolume } from './reconcile.ts';

const CONTAINER = { apiVersion: 'tsmoby.dev/v1alpha1', kind: 'Container' } as const;

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
    watches: [
      {
        kind: CONTAINER,
        map: volumesToLookAt,
        indexes: { volume: (container) => mountedVolumes(container as Container) },
      },
    ],
    async reconcile(volume, context) {
      return elsewhere(volume) ? settled() : reconcileVolume(volume, context, volumes);
    },
    async finalize(volume, context) {
      if (elsewhere(volume)) return settled();
      return finalizeVolume(volume, users(volume, context.reader), context, volumes);
    },
  };
}

/** Containers that mount it, those that are being deleted included: they still hold it. */
function users({ metadata: { namespace = '', name } }: Volume, reader: Reader): readonly Container[] {
  return reader.list<Container>(CONTAINER, { namespace, index: { name: 'volume', value: name } });
}

const mountedVolumes = ({ spec }: Container): string[] =>
  (spec.volumes ?? []).flatMap(({ volume }) => (volume === undefined ? [] : [volume.name]));

/** A user that goes may be the last; one that starts may have filled it from its image. */
function volumesToLookAt(object: KubeObject, reader: Reader, previous?: KubeObject): Key[] {
  if (previous === undefined) return [];
  const [now, before] = [object as Container, previous as Container];
  const { namespace = '', name, uid } = now.metadata;
  const names = [now, before].flatMap(mountedVolumes);
  const isThere = reader.get<Container>(CONTAINER, namespace, name)?.metadata.uid === uid;
  const tells = now.metadata.generation !== before.metadata.generation || now.status?.pid !== before.status?.pid;
  if (names.length === 0 || (isThere && !tells)) return [];
  return [...new Set(names)].map((name) => objectKey(object.metadata.namespace, name));
}
