import type { ManifestFiles } from '../../runtime/ports/manifest-files.ts';
import type { SyncRevisions } from '../../runtime/ports/sync-revisions.ts';
import type { Notifications } from '../../runtime/ports/notifications.ts';
import type { SyncSources } from '../../runtime/ports/sync-sources.ts';
import type { Webhooks } from '../../runtime/ports/webhooks.ts';
import type { Sync, SyncStatus } from '../../schemas/gen/types.ts';
import type { Controller, EventSource, Log, Reader } from '../engine/contract.ts';
import type { Clock, Timers } from '../engine/environment.ts';
import { keyOf } from '../engine/keys.ts';
import { Looks } from '../engine/looks.ts';
import type { ServedKinds } from '../engine/served-kinds.ts';
import { finalizeSync } from './finalize.ts';
import type { FilesView } from './files-look.ts';
import { KindTable } from './kinds.ts';
import { Members } from './members.ts';
import { foretellSync } from './foretell.ts';
import { applySetId, SYNC } from './names.ts';
import { Deliveries } from './notify/deliveries.ts';
import { createPreview, type PreviewSync } from './preview/preview.ts';
import { ReadyExpressions } from './ready-expressions.ts';
import { reconcileSync } from './reconcile.ts';
import type { Renderer } from './render/types.ts';
import { Renders } from './renders.ts';
import { SourceWatches } from './source-watches.ts';
import type { SyncDeps } from './visit.ts';
import { indexes, watchesFor } from './watches.ts';
import { ServedHooks } from './webhook/served-hooks.ts';

export interface SyncControllerOptions {
  readonly sources: SyncSources;
  readonly files: ManifestFiles;
  readonly revisions: SyncRevisions;
  readonly webhooks: Webhooks;
  readonly notifications: Notifications;
  readonly renderer: Renderer;
  readonly kinds: ServedKinds;
  /** Variables that `substitute.env` may name. */
  readonly env: Readonly<NodeJS.ProcessEnv>;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: Log;
  /** A new name, of letters, digits and dashes. */
  readonly newId: () => string;
}

export interface SyncController extends Controller<Sync, SyncStatus> {
  /** What an application would change now. */
  readonly preview: PreviewSync;
}

/** Calls that come in within this time are one. */
const CALLS_MS = 100;

/** Makes the objects of this machine what directories, repositories and artifacts say, and keeps them so. */
export function syncController(options: SyncControllerOptions): SyncController {
  const { sources, files, revisions, webhooks, notifications, renderer, env, clock, timers, log } = options;
  const looks = new Looks<FilesView>(clock);
  const kinds = new KindTable(options.kinds);
  const members = new Members(options.kinds, timers, log);
  const deliveries = new Deliveries(clock);
  const deps: SyncDeps = {
    sources,
    files,
    revisions,
    env,
    looks,
    kinds,
    watches: new SourceWatches(sources, (key) => looks.doubt(key)),
    renders: new Renders(renderer, kinds),
    members,
    hooks: new ServedHooks(webhooks, (key) => {
      looks.doubt(key);
      // Calls come in bursts: one for each ref of a push.
      members.wakeSoon(key, CALLS_MS);
    }),
    notifications,
    deliveries,
    expressions: new ReadyExpressions(),
    memories: new Map(),
    cleanPasses: new Map(),
    attempts: new Map(),
    reverted: new Map(),
    entangled: new Set(),
  };
  let reader: Reader | undefined;
  return {
    name: 'sync',
    kind: SYNC,
    finalizer: 'tsmoby.dev/sync',
    indexes,
    watches: watchesFor(deps.entangled),
    sources: [
      looks.source,
      deps.watches.source,
      members.source,
      deliveries.source,
      newKinds(kinds),
      whileRunning(deps.hooks, (one) => {
        reader = one;
      }),
    ],
    reconcile: (sync, context) => reconcileSync(sync, context, deps),
    finalize: (sync, context) => finalizeSync(sync, context, deps),
    preview: createPreview(deps, () => reader, options.newId),
    plan: foretellSync,
    takesAlong: (sync) => (sync.spec.deletionPolicy === 'Orphan' ? [] : deps.members.of(applySetId(sync))),
  };
}

/** Nothing is taken from outside when nobody works at it; `begin` gets the caches, and nothing at the end. */
const whileRunning = (resource: Disposable, begin: (reader: Reader | undefined) => void): EventSource => ({
  start: (_enqueue, reader) => {
    begin(reader);
    return {
      [Symbol.dispose]: () => {
        begin(undefined);
        resource[Symbol.dispose]();
      },
    };
  },
});

/** A kind that comes, or goes, may be what a Sync waits for. */
const newKinds = (kinds: KindTable): EventSource => ({
  start: (enqueue, reader) =>
    kinds.follow(() => {
      for (const sync of reader.list<Sync>(SYNC)) enqueue(keyOf(sync));
    }),
});
