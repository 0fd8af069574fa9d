import type { Build } from '../../schemas/gen/types.ts';
import { settled, type Outcome } from '../engine/contract.ts';
import { keyOf } from '../engine/keys.ts';
import type { Context } from './record.ts';
import type { BuildDeps } from './visit.ts';

/** Ends what is under way, then lets go of everything that was made for it. A container that runs on has its image in a lease of its own. */
export async function finalizeBuild(build: Build, { signal }: Context, deps: BuildDeps): Promise<Outcome> {
  const key = keyOf(build);
  const { uid } = build.metadata;
  deps.turns.leave(key);
  deps.watches.keep(key, []);
  deps.lastParts.delete(key);
  deps.tidied.delete(key);
  await Promise.all([deps.jobs.cancel(key), deps.looks.cancel(key), deps.checks.cancel(key)]);
  await deps.results.removeOf(uid, () => true, signal);
  deps.results.forget(uid);
  await deps.contexts.remove(uid);
  await deps.logs.remove(uid);
  return settled();
}
