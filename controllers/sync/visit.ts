import type { ManifestFiles } from '../../runtime/ports/manifest-files.ts';
import type { SyncRevisions } from '../../runtime/ports/sync-revisions.ts';
import type { SyncSources } from '../../runtime/ports/sync-sources.ts';
import type { Sync, SyncStatus } from '../../schemas/gen/types.ts';
import type { Key, ReconcileContext } from '../engine/contract.ts';
import { keyOf } from '../engine/keys.ts';
import type { Looks } from '../engine/looks.ts';
import type { Attempt } from './attempt.ts';
import type { CleanPass } from './clean-pass.ts';
import type { FilesView } from './files-look.ts';
import type { KindTable } from './kinds.ts';
import type { Members } from './members.ts';
import { Memory } from './memory.ts';
import { APPROVE_PRUNE_ANNOTATION, RECONCILE_REQUEST_ANNOTATION } from '../../schemas/values/sync-annotations.ts';
import { applySetId, managerOf } from './names.ts';
import type { ReadyExpressions } from './ready-expressions.ts';
import type { Renders } from './renders.ts';
import type { KeptRevision } from './revisions.ts';
import type { SourceWatches } from './source-watches.ts';
import type { Notifications } from '../../runtime/ports/notifications.ts';
import type { Deliveries } from './notify/deliveries.ts';
import type { ServedHooks } from './webhook/served-hooks.ts';

export interface SyncDeps {
  readonly sources: SyncSources;
  readonly files: ManifestFiles;
  readonly revisions: SyncRevisions;
  readonly env: Readonly<NodeJS.ProcessEnv>;
  readonly looks: Looks<FilesView>;
  readonly watches: SourceWatches;
  readonly hooks: ServedHooks;
  readonly notifications: Notifications;
  readonly deliveries: Deliveries;
  readonly kinds: KindTable;
  readonly renders: Renders;
  readonly members: Members;
  readonly expressions: ReadyExpressions;
  /** By uid. */
  readonly memories: Map<string, Memory>;
  /** The last pass of each Sync that found nothing amiss, by uid. */
  readonly cleanPasses: Map<string, CleanPass>;
  /** The attempt of each Sync that this daemon knows of. */
  readonly attempts: Map<Key, Attempt>;
  /** Revisions that are in force again, by uid. */
  readonly reverted: Map<string, KeptRevision>;
  /** Syncs that hold objects which others have in their files, or want objects that others hold. */
  readonly entangled: Set<Key>;
}

export type Context = ReconcileContext<SyncStatus>;

/** One pass over one Sync. */
export class Visit {
  readonly sync: Sync;
  readonly context: Context;
  readonly deps: SyncDeps;
  readonly key: Key;
  /** Id of the ApplySet. */
  readonly set: string;
  readonly manager: string;
  #due = Infinity;

  constructor(sync: Sync, context: Context, deps: SyncDeps) {
    this.sync = sync;
    this.context = context;
    this.deps = deps;
    this.key = keyOf(sync);
    this.set = applySetId(sync);
    this.manager = managerOf(sync);
  }

  get memory(): Memory {
    const { uid } = this.sync.metadata;
    const known = this.deps.memories.get(uid);
    if (known !== undefined) return known;
    const memory = new Memory();
    this.deps.memories.set(uid, memory);
    return memory;
  }

  /** Value of the annotation that asks for another look. */
  get request(): string | undefined {
    return this.sync.metadata.annotations?.[RECONCILE_REQUEST_ANNOTATION];
  }

  /** The digest that somebody lets go. */
  get approved(): string | undefined {
    return this.sync.metadata.annotations?.[APPROVE_PRUNE_ANNOTATION];
  }

  /** Something has to be looked at again then. */
  again(inMs: number | undefined): void {
    if (inMs !== undefined) this.#due = Math.min(this.#due, inMs);
  }

  /** When the earliest of all that is due; undefined: nothing is. */
  get dueInMs(): number | undefined {
    return this.#due === Infinity ? undefined : Math.max(1, this.#due);
  }
}
