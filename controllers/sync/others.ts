import type { Sync } from '../../schemas/gen/types.ts';
import type { ObjectInput } from '../../schemas/object.ts';
import { keyOf } from '../engine/keys.ts';
import type { FilesView } from './files-look.ts';
import { syncInputs, type SyncInputs } from './inputs.ts';
import { applySetId, SYNC, idOf, type ObjectId } from './names.ts';
import type { Context, SyncDeps } from './visit.ts';

/** What another Sync has in its newest files. */
export interface OtherSync {
  readonly set: string;
  readonly name: string;
  /** Undefined: nobody can tell yet. */
  readonly objects: readonly ObjectInput[] | undefined;
  /** Whatever carries its label is its, whether or not it is in its files. */
  readonly holdsAll: boolean;
  has(id: ObjectId): boolean;
}

/** Who asks. */
export interface AskingSync {
  readonly sync: Sync;
  readonly deps: SyncDeps;
  readonly context: Pick<Context, 'reader' | 'signal'>;
  /** Nothing may come of it: no remote is asked, and no Sync is woken. Of repositories it is what was last fetched, be it old. */
  readonly isReadOnly?: true;
}

/**
 * Asks the other Syncs for their newest files: directories are read, of repositories it is what was last fetched, unless they say that there is something
 * newer. Those that are being deleted want nothing any more.
 */
export async function otherSyncs(asking: AskingSync): Promise<readonly OtherSync[]> {
  const { sync, context } = asking;
  const others = context.reader
    .list<Sync>(SYNC)
    .filter(({ metadata }) => metadata.uid !== sync.metadata.uid && metadata.deletionTimestamp === undefined);
  return Promise.all(others.map((other) => askOther(other, asking)));
}

/** The ApplySet of which an object is a member still wants it. */
export const isHeldBy = (others: readonly OtherSync[], owner: string | undefined, id: ObjectId): boolean =>
  others.some((other) => other.set === owner && (other.holdsAll || other.has(id)));

async function askOther(other: Sync, asking: AskingSync): Promise<OtherSync> {
  const { objects, isSure } = await newestObjects(other, asking);
  const ids = new Set(objects?.map((object) => idOf(object as Parameters<typeof idOf>[0])));
  return {
    set: applySetId(other),
    name: keyOf(other),
    objects,
    holdsAll: !isSure || other.spec.suspend === true,
    has: (id) => ids.has(id),
  };
}

interface Newest {
  readonly objects: readonly ObjectInput[] | undefined;
  /** They are all that it wants. One that cannot read its files may want anything that it has, and nothing else. */
  readonly isSure: boolean;
}

async function newestObjects(other: Sync, asking: AskingSync): Promise<Newest> {
  const { deps, context } = asking;
  const { signal, reader } = context;
  let inputs: SyncInputs;
  try {
    inputs = syncInputs(other, reader, deps.env);
  } catch {
    return { objects: [], isSure: false };
  }
  const view = await newestView(other, inputs, asking);
  if (view === undefined) return { objects: [], isSure: false };
  if (view === 'unknown') return { objects: undefined, isSure: false };
  const { objects, problems } = await deps.renders.render(other, view.read, inputs, signal);
  return { objects: objects.map(({ object }) => object), isSure: problems.length === 0 };
}

/** Undefined: it cannot be read, and was not. */
async function newestView(
  other: Sync,
  { source, reading }: SyncInputs,
  { deps, isReadOnly, context: { signal } }: AskingSync,
): Promise<Pick<FilesView, 'read'> | 'unknown' | undefined> {
  const key = keyOf(other);
  const look = deps.looks.peek(key);
  const known = look?.type === 'known' ? look.value : undefined;
  if (source.type === 'directory') {
    try {
      return { read: await deps.files.read(source.path, reading, signal) };
    } catch {
      signal.throwIfAborted();
      return known;
    }
  }
  // One that is suspended, or waits for others, asks nobody.
  if (look === undefined || look.type === 'failed') return undefined;
  if (look.type === 'pending') return 'unknown';
  if (known === undefined || look.trouble !== undefined || isReadOnly) return known;
  try {
    const newest = await deps.sources.revision(source, signal);
    if (newest === undefined || newest === known.fetched.revision) return known;
  } catch {
    signal.throwIfAborted();
    return known;
  }
  deps.looks.doubt(key);
  deps.members.wake(key);
  return 'unknown';
}
