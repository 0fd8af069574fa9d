import type { Sync } from '../../../schemas/gen/types.ts';
import { RECONCILE_REQUEST_ANNOTATION } from '../../../schemas/values/sync-annotations.ts';
import { MET, PENDING } from '../../wait/await-objects.ts';
import type { Progress } from '../rollout/follow.ts';
import { conditionOf } from './words.ts';

/** How far a Sync is with what was last asked of it. */
export function progressOf(sync: Sync | undefined, name: string): Progress {
  if (sync === undefined) return failure(`sync "${name}" was deleted`);
  const { metadata, status = {} } = sync;
  const request = metadata.annotations?.[RECONCILE_REQUEST_ANNOTATION];
  if (status.observedGeneration !== metadata.generation || status.observedRequest !== request)
    return pending(`Waiting for sync "${name}" to be looked at...`, 'the daemon has not looked at it');
  const stalled = conditionOf(sync, 'Stalled');
  const ready = conditionOf(sync, 'Ready');
  if (sync.spec.suspend === true) return failure(`sync "${name}" is suspended: tsmoby sync resume ${name}`);
  const blocked = conditionOf(sync, 'PruneBlocked');
  if (blocked?.status === 'True') return failure(`sync "${name}": ${blocked.message}`);
  if (stalled?.status === 'True') return failure(`sync "${name}": ${stalled.message}`);
  if (ready?.status === 'True') return { verdict: MET, line: `sync "${name}" is ready: ${ready.message}` };
  const reconciling = conditionOf(sync, 'Reconciling');
  const why = reconciling?.message ?? ready?.message ?? 'it has not begun';
  return pending(`Waiting for sync "${name}": ${why}...`, why);
}

const failure = (line: string): Progress => ({ verdict: { state: 'failed', line }, line });
const pending = (line: string, why: string): Progress => ({ verdict: PENDING, line, why });
