import type { Sync } from '../../schemas/gen/types.ts';
import type { KubeObject } from '../../schemas/object.ts';
import { computeStatus } from '../../schemas/values/kstatus.ts';
import { inSlices } from '../engine/slices.ts';
import { shownObject, type ObjectId } from './names.ts';
import type { ReadyExpressions } from './ready-expressions.ts';
import type { Target } from './target.ts';

/** An object that is not as it should be yet. */
export interface Unhealthy {
  readonly id: ObjectId;
  /** `Container default/web: …`. */
  readonly text: string;
  /** It does not get there by itself. */
  readonly isStuck: boolean;
}

export type FindLive = (target: Target) => KubeObject | undefined;

/** Those that are not healthy, in their order; in slices, because each may have to be decoded. */
export async function unhealthyOf(
  targets: readonly Target[],
  find: FindLive,
  { readyExprs = [] }: Sync['spec'],
  expressions: ReadyExpressions,
  signal: AbortSignal,
): Promise<readonly Unhealthy[]> {
  const found: Unhealthy[] = [];
  const look = (target: Target): void => {
    const { id } = target;
    const live = find(target);
    const name = shownObject(live ?? target.wanted.object);
    const byRule = live === undefined ? undefined : expressions.isReady(readyExprs, live);
    if (byRule === true && live?.metadata.deletionTimestamp === undefined) return;
    if (byRule === false) {
      found.push({ id, text: `${name}: is not ready by spec.readyExprs`, isStuck: false });
      return;
    }
    const { state, message } = computeStatus(live);
    if (state !== 'Current') found.push({ id, text: `${name}: ${message}`, isStuck: state === 'Failed' });
  };
  await inSlices(targets, look, signal);
  signal.throwIfAborted();
  return found;
}
