import type { InstanceState } from '../../runtime/ports/containers.ts';
import type { Outcome } from '../engine/contract.ts';
import { execute } from './execute.ts';
import type { Step } from './plan.ts';
import type { Work } from './work.ts';

/** Does the steps of a plan. `again`: the world changed, plan once more. An outcome: the pass ends with it. */
export async function act(
  work: Work,
  steps: readonly Step[],
  instances: readonly InstanceState[],
): Promise<'again' | Outcome | undefined> {
  if (!steps.some(({ type }) => type === 'Stop' || type === 'Restart')) withdrawStop(work, instances);
  for (const step of steps) {
    work.context.log.debug({ step: step.type, cause: step.cause }, 'step');
    const executed = await execute(work, step, instances);
    if (executed !== undefined) return executed;
  }
  settleLimits(work, steps);
  return undefined;
}

/** Nothing is to be stopped any more, and no hook of a stop is waited for. */
function withdrawStop({ deps }: Work, instances: readonly InstanceState[]): void {
  for (const { id } of instances) {
    deps.stops.withdraw(id);
    deps.hooks.abort(id, 'preStop');
  }
}

/** Limits that the kernel refused, and that nobody asks for any more. */
function settleLimits({ context: { status } }: Work, steps: readonly Step[]): void {
  if (limitsRefused(status) && !steps.some(({ type }) => type === 'UpdateResources')) {
    status.removeCondition('ResourcesApplied');
  }
}

export const limitsRefused = ({ current }: Work['context']['status']): boolean =>
  (current.conditions ?? []).some(({ type, status }) => type === 'ResourcesApplied' && status === 'False');
