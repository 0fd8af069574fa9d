/** What is done for the storage of a Volume: pure, from its spec, what was written down, and what is there. */
import type { DirectoryVolume } from '../../runtime/ports/volumes.ts';
import type { Container, Volume, VolumeStatus } from '../../schemas/gen/types.ts';

/** Says that the data of a directory is known to be lost, and that an empty one may take its place. */
export const RECREATE_ANNOTATION = 'tsmoby.dev/recreate';

export type Provision =
  | { readonly type: 'HostPath'; readonly path: string }
  | { readonly type: 'Tmpfs' }
  /** `retained`: data of an earlier Volume of this name is there. */
  | { readonly type: 'Directory'; readonly is: 'there' | 'retained' | 'new' }
  /** There were data, and they are gone. Never replaced by an empty directory unasked. */
  | { readonly type: 'Missing'; readonly message: string };

/** `found`: its directory; is looked for only where it has one. */
export function planProvision(
  { metadata, spec }: Volume,
  found: Pick<DirectoryVolume, 'ownerUid'> | undefined,
  { path }: Readonly<Partial<VolumeStatus>>,
): Provision {
  if (spec.hostPath !== undefined) return { type: 'HostPath', path: spec.hostPath.path };
  if (spec.tmpfs !== undefined) return { type: 'Tmpfs' };
  if (found !== undefined) {
    const isRetained = found.ownerUid !== metadata.uid && path === undefined;
    return { type: 'Directory', is: isRetained ? 'retained' : 'there' };
  }
  const mayRecreate = metadata.annotations?.[RECREATE_ANNOTATION] === metadata.uid;
  if (path === undefined || mayRecreate) return { type: 'Directory', is: 'new' };
  const message = `${path} is gone, and its data with it. Put it back, or accept an empty one: set annotation ${RECREATE_ANNOTATION}=${metadata.uid}`;
  return { type: 'Missing', message };
}

export type Release =
  | { readonly type: 'Wait'; readonly message: string }
  | { readonly type: 'RemoveTmpfs' | 'RemoveDirectory' | 'Nothing' }
  /** The data stay where they are. */
  | { readonly type: 'Retain' };

/** What becomes of the storage when the Volume is deleted. It waits for the Containers that mount it. */
export function planRelease({ spec }: Volume, users: readonly Container[]): Release {
  if (users.length > 0) {
    const names = users.map(({ metadata }) => metadata.name).sort();
    const more = names.length > 10 ? ` and ${names.length - 10} more` : '';
    return { type: 'Wait', message: `mounted by containers ${names.slice(0, 10).join(', ')}${more}` };
  }
  if (spec.tmpfs !== undefined) return { type: 'RemoveTmpfs' };
  if (spec.hostPath !== undefined) return { type: 'Nothing' };
  return { type: spec.reclaimPolicy === 'Delete' ? 'RemoveDirectory' : 'Retain' };
}
