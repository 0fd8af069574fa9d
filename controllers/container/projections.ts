import type { ProjectedFile, Volumes } from '../../runtime/ports/volumes.ts';
import type { Container, ContainerVolume } from '../../schemas/gen/types.ts';
import { REASONS } from '../../schemas/conditions.ts';
import { ReconcileError, type Reader } from '../engine/contract.ts';
import { contents, findSource } from './environment.ts';
import { generationOf } from './names.ts';

const DEFAULT_MODE = 0o644;

/** One projection for each ConfigMap or Secret volume of an instance: what is in the next sandbox may want other files. Names of volumes have no dots. */
export const projectionKey = (container: Container, volume: string): string =>
  `${prefixOf(container.metadata.uid, generationOf(container))}${volume}`;

const prefixOf = (uid: string, generation: number): string => (generation === 0 ? `${uid}.` : `${uid}.${generation}.`);

/**
 * Writes the files of a ConfigMap or Secret volume, or swaps changed ones; answers their directory, which is empty while the
 * object is missing and may be.
 */
export async function projectVolume(
  container: Container,
  volume: ContainerVolume,
  reader: Reader,
  volumes: Volumes,
): Promise<string> {
  const files = projectedFiles(container, volume, reader) ?? [];
  return (await volumes.project(projectionKey(container, volume.name), files)).path;
}

/** Brings changed ConfigMaps and Secrets to a container that runs. One that is gone meanwhile takes nothing away. */
export async function refreshProjections(container: Container, reader: Reader, volumes: Volumes): Promise<void> {
  for (const volume of container.spec.volumes ?? []) {
    if (volume.configMap === undefined && volume.secret === undefined) continue;
    try {
      const files = projectedFiles(container, volume, reader);
      if (files !== undefined) await volumes.project(projectionKey(container, volume.name), files);
    } catch (error) {
      if (!(error instanceof ReconcileError)) throw error;
    }
  }
}

/** All projections of a Container, those of volumes that its spec no longer has included. */
export async function removeProjections(uid: string, volumes: Volumes): Promise<void> {
  const { projections } = await volumes.leftovers();
  const own = projections.filter((key) => key.startsWith(`${uid}.`));
  await Promise.all(own.map((key) => volumes.removeProjection(key)));
}

/** Projections of the instance in this sandbox. */
export async function removeProjectionsOf(uid: string, generation: number, volumes: Volumes): Promise<void> {
  const prefix = prefixOf(uid, generation);
  const { projections } = await volumes.leftovers();
  const own = projections.filter((key) => key.startsWith(prefix) && !key.slice(prefix.length).includes('.'));
  await Promise.all(own.map((key) => volumes.removeProjection(key)));
}

/** Throws the outcome that `projectVolume` would. */
export function projectedFiles(
  container: Container,
  { name: volumeName, configMap, secret }: ContainerVolume,
  reader: Reader,
): readonly ProjectedFile[] | undefined {
  const wanted = configMap ?? secret;
  if (wanted === undefined) return undefined;
  const kind = configMap === undefined ? 'Secret' : 'ConfigMap';
  const name = configMap?.name ?? secret?.secretName ?? '';
  const { items, defaultMode = DEFAULT_MODE, defaultUid = 0, defaultGid = 0, optional = false } = wanted;
  const source = findSource(container, reader, kind, { name, optional });
  if (source === undefined) return undefined;
  const keys = contents(source);
  const usual = { mode: defaultMode, uid: defaultUid, gid: defaultGid };
  if (items === undefined) return [...keys].map(([path, content]) => ({ path, content, ...usual }));
  return items.flatMap(({ key, path, mode = defaultMode, uid = defaultUid, gid = defaultGid }) => {
    const content = keys.get(key);
    if (content !== undefined) return [{ path, content, mode, uid, gid }];
    if (optional) return [];
    throw new ReconcileError({
      type: 'waiting',
      reason: REASONS.KeyNotFound,
      message: `volume ${volumeName}: ${kind} ${container.metadata.namespace}/${name} has no key ${key}`,
    });
  });
}
