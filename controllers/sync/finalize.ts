import type { Sync } from '../../schemas/gen/types.ts';
import { REASONS } from '../../schemas/conditions.ts';
import { settled, type Outcome } from '../engine/contract.ts';
import { inParallel } from './parallel.ts';
import { pruneMembers, release } from './prune.ts';
import { Visit, type Context, type SyncDeps } from './visit.ts';
import { someOf } from './words.ts';

/** How often to look whether other Syncs have told what they want. */
const OPEN_MS = 500;

/** Its objects go or stay, as `deletionPolicy` says; what was brought here for it goes. */
export async function finalizeSync(sync: Sync, context: Context, deps: SyncDeps): Promise<Outcome> {
  const visit = new Visit(sync, context, deps);
  deps.watches.keep(visit.key, undefined);
  deps.hooks.drop(visit.key);
  deps.deliveries.drop(visit.key);
  const look = deps.looks.peek(visit.key);
  if (look?.type === 'known') deps.files.forget(look.value.fetched.path);
  deps.looks.drop(visit.key);
  if (!deps.members.ready) {
    return {
      type: 'progressing',
      reason: REASONS.Deleting,
      message: 'looking at all objects',
      requeueAfterMs: OPEN_MS,
    };
  }
  const outcome = sync.spec.deletionPolicy === 'Orphan' ? await orphan(visit) : await prune(visit);
  if (outcome.type === 'settled') await forget(visit);
  return outcome;
}

async function orphan(visit: Visit): Promise<Outcome> {
  await inParallel(visit.deps.members.of(visit.set), (object) => release(object, visit));
  return settled();
}

async function prune(visit: Visit): Promise<Outcome> {
  const { ending, isOpen } = await pruneMembers(visit, [], false, new Set());
  if (isOpen) {
    const message = 'other Syncs are asked whether they want what is to go, or it changed meanwhile';
    return { type: 'progressing', reason: REASONS.Deleting, message, requeueAfterMs: OPEN_MS };
  }
  if (ending.length === 0) return settled();
  return { type: 'progressing', reason: REASONS.Deleting, message: `waiting for the end of ${someOf(ending)}` };
}

async function forget({ sync, deps, key, set }: Visit): Promise<void> {
  const { uid } = sync.metadata;
  deps.renders.drop(key);
  deps.members.awaitObjects(key, new Set());
  deps.attempts.delete(key);
  deps.entangled.delete(key);
  deps.memories.delete(uid);
  deps.cleanPasses.delete(uid);
  deps.members.dropChanged(set);
  deps.reverted.delete(uid);
  await deps.revisions.remove(uid);
  await deps.sources.remove(uid);
}
