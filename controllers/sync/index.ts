import type { ManifestFiles } from '../../runtime/ports/manifest-files.ts';
import type { SyncRevisions } from '../../runtime/ports/sync-revisions.ts';
import type { SyncSources } from '../../runtime/ports/sync-sources.ts';
import type { Sync, SyncStatus } from '../../schemas/gen/types.ts';
import type { Controller, EventSource, Log } from '../engine/contract.ts';
import type { Clock, Timers } from '../engine/environment.ts';
import { keyOf } from '../engine/keys.ts';
import { Looks } from '../engine/looks.ts';
import type { ServedKinds } from '../engine/served-kinds.ts';
import { finalizeSync } from './finalize.ts';
import type { FilesView } from './files-look.ts';
import { KindTable } from './kinds.ts';
import { Members } from './members.ts';
import { SYNC } from './names.ts';
import { ReadyExpressions } from './ready-expressions.ts';
import { reconcileSync } from './reconcile.ts';
import type { Renderer } from './render/types.ts';
import { Renders } from './renders.ts';
import { SourceWatches } from './source-watches.ts';
import type { SyncDeps } from './visit.ts';
import { indexes, watchesFor } from './watches.ts';

export interface SyncControllerOptions {
  readonly sources: SyncSources;
  readonly files: ManifestFiles;
  readonly revisions: SyncRevisions;
  readonly renderer: Renderer;
  readonly kinds: ServedKinds;
  /** Variables that `substitute.env` may name. */
  readonly env: Readonly<NodeJS.ProcessEnv>;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: Log;
}

/** Makes the objects of this machine what directories, repositories and artifacts say, and keeps them so. */
export function syncController(options: SyncControllerOptions): Controller<Sync, SyncStatus> {
  const { sources, files, revisions, renderer, env, clock, timers, log } = options;
  const looks = new Looks<FilesView>(clock);
  const kinds = new KindTable(options.kinds);
  const deps: SyncDeps = {
    sources,
    files,
    revisions,
    env,
    looks,
    kinds,
    watches: new SourceWatches(sources, (key) => looks.doubt(key)),
    renders: new Renders(renderer, kinds),
    members: new Members(options.kinds, timers, log),
    expressions: new ReadyExpressions(),
    memories: new Map(),
    attempts: new Map(),
    reverted: new Map(),
    entangled: new Set(),
  };
  return {
    name: 'sync',
    kind: SYNC,
    finalizer: 'tsmoby.dev/sync',
    indexes,
    watches: watchesFor(deps.entangled),
    sources: [looks.source, deps.watches.source, deps.members.source, newKinds(kinds)],
    reconcile: (sync, context) => reconcileSync(sync, context, deps),
    finalize: (sync, context) => finalizeSync(sync, context, deps),
  };
}

/** A kind that comes, or goes, may be what a Sync waits for. */
const newKinds = (kinds: KindTable): EventSource => ({
  start: (enqueue, reader) =>
    kinds.follow(() => {
      for (const sync of reader.list<Sync>(SYNC)) enqueue(keyOf(sync));
    }),
});
