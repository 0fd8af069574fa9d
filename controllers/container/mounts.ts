import type { InstanceMount } from '../../runtime/ports/containers.ts';
import type { ImageRecord, Images } from '../../runtime/ports/images.ts';
import type { Sandbox } from '../../runtime/ports/sandboxes.ts';
import type { Volumes } from '../../runtime/ports/volumes.ts';
import type { Container, ContainerVolume, ContainerVolumeMount, Volume } from '../../schemas/gen/types.ts';
import { REASONS } from '../../schemas/conditions.ts';
import { quantityValue } from '../../schemas/values/quantity.ts';
import { ReconcileError, type Reader } from '../engine/contract.ts';
import { hostPath } from '../engine/host-path.ts';
import { projectedFiles, projectVolume } from './projections.ts';

export interface MountDeps {
  readonly volumes: Volumes;
  readonly images: Images;
}

/** As much as looks. */
export interface MountsView {
  readonly volumes: Pick<Volumes, 'checkHostPath'>;
}

/**
 * Everything that is mounted into one instance is there when this resolves. Throws an outcome that names what is missing. Without
 * an image nothing is populated.
 */
export async function prepareMounts(
  container: Container,
  image: ImageRecord | undefined,
  reader: Reader,
  deps: MountDeps,
): Promise<readonly InstanceMount[]> {
  const byName = new Map((container.spec.volumes ?? []).map((volume) => [volume.name, volume]));
  const mounts: InstanceMount[] = [];
  for (const mount of container.spec.volumeMounts ?? []) {
    const volume = byName.get(mount.name);
    // The schema's rule sees to it that there is one.
    if (volume !== undefined) mounts.push(await prepareMount(container, volume, mount, image, reader, deps));
  }
  // A parent must be mounted before what lies in it.
  return mounts.toSorted((a, b) => depth(a.destination) - depth(b.destination));
}

/** Throws the outcome that `prepareMounts` would for something that is missing; makes nothing. */
export async function checkMounts(container: Container, reader: Reader, { volumes }: MountsView): Promise<void> {
  const mounted = new Set((container.spec.volumeMounts ?? []).map(({ name }) => name));
  for (const volume of container.spec.volumes ?? []) {
    if (!mounted.has(volume.name)) continue;
    if (volume.volume !== undefined) readyVolume(container, volume.volume.name, reader);
    const { path, type } = volume.hostPath ?? {};
    if (path !== undefined) await hostPath(volumes.checkHostPath(path, type));
    projectedFiles(container, volume, reader);
  }
}

/** Hosts, host name, resolver and termination message: what every instance gets. */
export function standardMounts(sandbox: Sandbox, message: { source: string; destination: string }): InstanceMount[] {
  const files = [
    { source: sandbox.hostsPath, destination: '/etc/hosts' },
    { source: sandbox.hostnamePath, destination: '/etc/hostname' },
    { source: sandbox.resolvConfPath, destination: '/etc/resolv.conf' },
    message,
  ];
  return files.map((file) => ({ type: 'bind', ...file, readOnly: false }));
}

const depth = (path: string): number => path.split('/').filter(Boolean).length;

async function prepareMount(
  container: Container,
  volume: ContainerVolume,
  mount: ContainerVolumeMount,
  image: ImageRecord | undefined,
  reader: Reader,
  deps: MountDeps,
): Promise<InstanceMount> {
  const { mountPath: destination, readOnly = false } = mount;
  const { emptyDir } = volume;
  if (emptyDir?.medium === 'Memory') {
    const size = emptyDir.sizeLimit === undefined ? {} : { sizeBytes: quantityValue(emptyDir.sizeLimit) };
    return { type: 'tmpfs', source: 'tmpfs', destination, readOnly, ...size };
  }
  const root = await sourceOf(container, volume, mount, image, reader, deps);
  const source = mount.subPath ? await subPath(root, mount.subPath, deps.volumes) : root;
  // What is projected is made by us alone; a write would be lost at the next change.
  const projected = volume.configMap !== undefined || volume.secret !== undefined;
  return { type: 'bind', source, destination, readOnly: readOnly || projected };
}

async function sourceOf(
  container: Container,
  volume: ContainerVolume,
  mount: ContainerVolumeMount,
  image: ImageRecord | undefined,
  reader: Reader,
  deps: MountDeps,
): Promise<string> {
  const { path, type } = volume.hostPath ?? {};
  if (path !== undefined) return hostPath(deps.volumes.resolveHostPath(path, type));
  if (volume.emptyDir !== undefined) return deps.volumes.ensureScratch(container.metadata.uid, `volume-${volume.name}`);
  if (volume.volume !== undefined) return volumeObject(container, volume.volume.name, mount, image, reader, deps);
  return projectVolume(container, volume, reader, deps.volumes);
}

/** The Volume object, when it can be mounted, and where it is. */
function readyVolume({ metadata }: Container, name: string, reader: Reader): { volume: Volume; path: string } {
  const { namespace = '' } = metadata;
  const volume = reader.get<Volume>({ apiVersion: 'tsmoby.dev/v1alpha1', kind: 'Volume' }, namespace, name);
  if (volume === undefined || volume.metadata.deletionTimestamp !== undefined) {
    const state = volume === undefined ? 'is not there' : 'is being deleted';
    throw waiting(REASONS.VolumeNotFound, `Volume ${namespace}/${name} ${state}`);
  }
  const { path, conditions = [] } = volume.status ?? {};
  const ready = conditions.find(({ type }) => type === 'Ready');
  if (path !== undefined && ready?.status === 'True') return { volume, path };
  const why = ready?.message ?? 'not yet made';
  throw waiting(REASONS.VolumeNotReady, `Volume ${namespace}/${name} is not ready: ${why}`);
}

async function volumeObject(
  container: Container,
  name: string,
  mount: ContainerVolumeMount,
  image: ImageRecord | undefined,
  reader: Reader,
  { volumes, images }: MountDeps,
): Promise<string> {
  const { volume, path } = readyVolume(container, name, reader);
  const { namespace = '', uid } = volume.metadata;
  const id = { namespace, name, uid };
  // After a reboot its mount is gone, whatever its status says.
  if (volume.spec.tmpfs !== undefined) return volumes.ensureTmpfs(id, tmpfsOptions(volume.spec.tmpfs));
  const seeds = volume.spec.populate === 'Image' && volume.status?.type === 'Directory' && !mount.subPath;
  if (seeds && image !== undefined) await populate(id, mount.mountPath, image, volumes, images);
  return path;
}

const tmpfsOptions = ({ sizeLimit, mode }: NonNullable<Volume['spec']['tmpfs']>) => ({
  ...(sizeLimit === undefined ? {} : { sizeBytes: quantityValue(sizeLimit) }),
  ...(mode === undefined ? {} : { mode }),
});

/** First use of an empty volume: it gets what the image has at the mount path. */
async function populate(
  id: { namespace: string; name: string; uid: string },
  path: string,
  image: ImageRecord,
  volumes: Volumes,
  images: Images,
): Promise<void> {
  const directory = await volumes.statDirectory(id);
  if (directory === undefined || directory.populated || !directory.empty) return;
  await volumes.populate(id, (staging) => images.copyDirectory(image, path, staging));
}

async function subPath(root: string, path: string, volumes: Volumes): Promise<string> {
  return volumes.resolveSubPath(root, path);
}

const waiting = (reason: string, message: string): ReconcileError =>
  new ReconcileError({ type: 'waiting', reason, message });
