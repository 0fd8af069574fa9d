import type { Client } from '../../../client/client.ts';
import type { Sync } from '../../../schemas/gen/types.ts';
import type { KubeObject } from '../../../schemas/object.ts';
import { ReconcileError, type Reader } from '../../engine/contract.ts';
import { keyOf } from '../../engine/keys.ts';
import { idsOfTargets } from '../apply.ts';
import { checkDependencies } from '../dependencies.ts';
import { digestOf, filesTrouble, lookAtFiles, revisionOf, type FilesView } from '../files-look.ts';
import { syncInputs, type SyncInputs } from '../inputs.ts';
import { otherSyncs, type OtherSync } from '../others.ts';
import { waiting } from '../references.ts';
import { REASONS } from '../../../schemas/conditions.ts';
import { targetOf } from '../target.ts';
import type { SyncDeps } from '../visit.ts';
import { compareObjects } from './compare-objects.ts';
import { foretellPrune } from './foretell-prune.ts';

/** What the next application would do; each line stands for itself. Values of Secrets are in it: who reads it may read them. */
export type PreviewLine =
  /** First of all: what would be applied. */
  | { readonly type: 'source'; readonly revision: string; readonly digest: string; readonly objects: number }
  /** An object that would be another one: as it is (absent: it is not there), as it would be (absent: it would go). */
  | { readonly type: 'object'; readonly live?: KubeObject; readonly merged?: KubeObject }
  /** Something would be refused, or cannot be read. */
  | { readonly type: 'problem'; readonly message: string }
  /** Something would stay as it is, although the files say otherwise. */
  | { readonly type: 'note'; readonly message: string };

export interface PreviewContext {
  readonly client: Client;
  readonly signal: AbortSignal;
}

/** Resolves when it is known what would be applied. Rejects with ReconcileError for what keeps the Sync from applying anything, RuntimeError for a source that cannot be had. */
export type PreviewSync = (sync: Sync, context: PreviewContext) => Promise<AsyncIterable<PreviewLine>>;

/** Begins the names of owners for which a preview fetches; a daemon that was killed may leave some. */
export const PREVIEW_OWNER = 'preview-';

/** Fetches, renders and compares as an application does, beside it, and changes nothing. */
export function createPreview(deps: SyncDeps, reader: () => Reader | undefined, newId: () => string): PreviewSync {
  return async (sync, { client, signal }) => {
    const read = reader();
    if (read === undefined || !deps.members.ready) throw waiting(REASONS.Progressing, 'looking at all objects');
    const inputs = syncInputs(sync, read, deps.env);
    const view = await lookApart(sync, inputs, deps, `${PREVIEW_OWNER}${newId()}`, signal);
    const rendered = await deps.renders.renderApart(sync, view.read, inputs, signal);
    const [digest, revision] = [digestOf(view, inputs), revisionOf(view)];
    const wasApplied = sync.status?.lastAppliedDigest === digest;
    const context = { client, reader: read, signal };
    let asked: Promise<readonly OtherSync[]> | undefined;
    const others = () => (asked ??= otherSyncs({ sync, deps, context, isReadOnly: true }));
    const asking = { sync, deps, context, wasApplied, others };
    const attempt = deps.attempts.get(keyOf(sync));
    const isRolledBack = attempt?.state === 'rolled back' && attempt.digest === digest;
    return (async function* (): AsyncGenerator<PreviewLine> {
      const { objects, problems, spoiled } = rendered;
      yield { type: 'source', revision, digest, objects: objects.length };
      if (isRolledBack)
        yield { type: 'note', message: `${revision} failed, and is not tried again before something differs` };
      const holding = heldBackBy(sync, read);
      if (holding !== undefined) yield { type: 'note', message: `nothing of it would be applied now: ${holding}` };
      for (const { message } of problems) yield { type: 'problem', message };
      let refused = 0;
      const targets = objects.map(targetOf);
      for await (const line of compareObjects(asking, targets)) {
        refused += Number(line.type === 'problem');
        yield line;
      }
      const isWhole = problems.length === 0 && spoiled.size === 0 && refused === 0;
      yield* foretellPrune(
        asking,
        objects.map(({ object }) => object),
        idsOfTargets(targets),
        isWhole,
      );
    })();
  };
}

/** The Sync that an application would wait for, or the circle of them. */
function heldBackBy(sync: Sync, reader: Reader): string | undefined {
  try {
    checkDependencies(sync, reader);
    return undefined;
  } catch (error) {
    if (error instanceof ReconcileError && error.outcome.type !== 'settled') return error.outcome.message;
    throw error;
  }
}

/** What is followed, and what is brought here for it, stays as it is. */
async function lookApart(
  sync: Sync,
  inputs: SyncInputs,
  deps: SyncDeps,
  owner: string,
  signal: AbortSignal,
): Promise<FilesView> {
  const { metadata } = sync;
  const isDirectory = inputs.source.type === 'directory';
  let path: string | undefined;
  try {
    const view = await lookAtFiles({ ...sync, metadata: { ...metadata, uid: owner } }, inputs, deps, signal);
    ({ path } = view.fetched);
    return view;
  } catch (error) {
    throw filesTrouble(error);
  } finally {
    if (!isDirectory) {
      if (path !== undefined) deps.files.forget(path);
      await deps.sources.remove(owner);
    }
  }
}
