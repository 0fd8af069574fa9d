import type { InstanceState } from '../../../runtime/ports/containers.ts';
import type { Container, ContainerStatus } from '../../../schemas/gen/types.ts';
import type { Outcome, ReconcileContext } from '../../engine/contract.ts';
import { specHash } from '../names.ts';
import type { ContainerDeps, Side, Work } from '../work.ts';

export type Context = ReconcileContext<ContainerStatus>;

/** Which instances a pass is about. */
export interface Scope {
  readonly sees: (instance: InstanceState) => boolean;
  readonly side?: Side;
  /** Numbers of the object's other sandboxes to which nothing leads. */
  readonly others?: readonly number[];
}

/** A pass over the instances in `scope`: observe, plan, act. */
export type Pass = (container: Container, context: Context, deps: ContainerDeps, scope: Scope) => Promise<Outcome>;

export interface Workers {
  readonly context: Context;
  readonly deps: ContainerDeps;
  readonly pass: Pass;
}

/** For what is done to an instance outside of a pass. */
export const workOn = (container: Container, context: Context, deps: ContainerDeps, side?: Side): Work => ({
  container,
  context,
  deps,
  specHash: specHash(container),
  ...(side && { side }),
  configuration: { places: [], missing: [] },
  dependencies: [],
});

/** `outcome`, and looked at again after so many milliseconds at the latest. */
export function soonest(outcome: Outcome, ms: number | undefined): Outcome {
  if (outcome.type === 'retry' || ms === undefined) return outcome;
  return { ...outcome, requeueAfterMs: Math.max(1, Math.min(outcome.requeueAfterMs ?? Infinity, ms)) };
}
