/**
 * Directories that the daemon was told to follow (`--sync DIR`): each has a Sync, which is made again when it was deleted. One whose directory the daemon is
 * told no more is deleted, and its objects stay: who leaves a flag out does not mean to stop what runs.
 */
import { isReason, type Client } from '../../client/client.ts';
import { REASONS } from '../../schemas/conditions.ts';
import type { Namespace, Sync } from '../../schemas/gen/types.ts';
import { nameOfPlace } from '../../schemas/values/name-of-place.ts';
import { settled, type Controller, type Outcome } from '../engine/contract.ts';
import { refOf } from '../engine/keys.ts';

/** Where these Syncs, and objects that name no namespace, are. */
const HOME = 'default';
const NAMESPACE = { apiVersion: 'v1', kind: 'Namespace' } as const;
const SYNC = { apiVersion: 'tsmoby.dev/v1alpha1', kind: 'Sync' } as const;
/** On what is made for a flag. */
const LABEL = 'tsmoby.dev/directory-sync';
const MANAGER = 'tsmoby-daemon';

interface DirectorySync {
  readonly name: string;
  readonly path: string;
}

/** Runs under the manager as user `system:controller:directory-syncs`. `directories`: absolute paths. */
export function directorySyncsController(
  directories: readonly string[],
): Controller<Namespace, NonNullable<Namespace['status']>> {
  const wanted = namedApart(directories);
  const names = new Set(wanted.map(({ name }) => name));
  return {
    name: 'directory-syncs',
    kind: NAMESPACE,
    outcomeConditions: false,
    watches: [{ kind: SYNC, map: ({ metadata }) => (metadata.namespace === HOME ? [HOME] : []) }],
    async reconcile({ metadata }, { reader, client, log, signal }): Promise<Outcome> {
      if (metadata.name !== HOME || metadata.deletionTimestamp !== undefined) return settled();
      const there = reader.list<Sync>(SYNC, { namespace: HOME });
      for (const { name, path } of wanted) {
        const found = there.find((sync) => sync.metadata.name === name);
        if (found !== undefined && found.metadata.labels?.[LABEL] === undefined) {
          const reason = REASONS.OwnedElsewhere;
          log.warn({ name, path, reason }, 'a Sync of this name is there, so the directory of --sync is not followed');
        } else if (found?.spec.source.directory?.path !== path) await follow(client, name, path, signal);
      }
      for (const sync of there) {
        if (sync.metadata.labels?.[LABEL] === undefined || names.has(sync.metadata.name)) continue;
        if (sync.metadata.deletionTimestamp === undefined) await letGo(client, sync, signal);
      }
      return settled();
    },
  };
}

/** Two directories with one last part: the later ones get numbers, in the order of the flags. */
function namedApart(directories: readonly string[]): readonly DirectorySync[] {
  const taken = new Map<string, number>();
  return [...new Set(directories)].map((path) => {
    const name = nameOfPlace(path, 'root');
    const before = taken.get(name) ?? 0;
    taken.set(name, before + 1);
    return { name: before === 0 ? name : `${name}-${before + 1}`, path };
  });
}

async function follow(client: Client, name: string, path: string, signal: AbortSignal): Promise<void> {
  const object = {
    ...SYNC,
    metadata: { namespace: HOME, name, labels: { [LABEL]: 'true' } },
    spec: { source: { directory: { path } } },
  };
  await client.apply<Sync>(object, { fieldManager: MANAGER, force: true, signal });
}

async function letGo(client: Client, sync: Sync, signal: AbortSignal): Promise<void> {
  const target = { ...refOf(sync), namespace: HOME, name: sync.metadata.name };
  try {
    const patch = { spec: { deletionPolicy: 'Orphan' } };
    await client.patch<Sync>(target, patch, { type: 'merge', fieldManager: MANAGER, signal });
    await client.delete(target, { preconditions: { uid: sync.metadata.uid }, signal });
  } catch (error) {
    if (!isReason(error, 'NotFound') && !isReason(error, 'Conflict')) throw error;
  }
}
