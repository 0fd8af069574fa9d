import type { InstanceState } from '../../runtime/ports/containers.ts';
import { REASONS } from '../../schemas/conditions.ts';
import { parseTime } from '../../schemas/values/time.ts';
import { hookWork } from './hook-work.ts';
import type { Work } from './work.ts';

/**
 * Begins the hook that comes before the stop signal, if the spec has one. False when there is nothing to wait for: no hook, or one that
 * cannot be asked as it stands, which keeps nothing from ending.
 */
export function beginPreStop(work: Work, { id, task }: InstanceState): boolean {
  const { container, context, deps } = work;
  const hook = container.spec.lifecycle?.preStop;
  if (hook === undefined || task?.status !== 'running') return false;
  const { state, pid } = context.status.current;
  const startedAt = (pid === task.pid && parseTime(state?.running?.startedAt ?? '')) || context.clock.now();
  try {
    const doHook = hookWork(work, { id, pid: task.pid, startedAt }, 'preStop', hook);
    deps.hooks.begin(id, task.pid, 'preStop', doHook);
    return true;
  } catch (error) {
    tellFailure(work, error instanceof Error ? error.message : String(error));
    return false;
  }
}

/** Whether the hook is still to be waited for. `leftMs`: of the time of grace. Afterwards nothing of the hook is left. */
export function isPreStopUnderWay(work: Work, { id, task }: InstanceState, leftMs: number): boolean {
  const { hooks } = work.deps;
  const result = hooks.get(id, task?.pid ?? 0, 'preStop');
  if (result === undefined) return false;
  if (result === 'running' && leftMs > 0) return true;
  if (result === 'running') tellFailure(work, 'it did not end within the time of grace');
  else if (!result.success) tellFailure(work, result.message);
  hooks.abort(id, 'preStop');
  return false;
}

function tellFailure({ context }: Work, message: string): void {
  context.event('Warning', REASONS.FailedPreStopHook, `the preStop hook failed: ${message}`);
}
