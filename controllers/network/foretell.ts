import type { Network } from '../../schemas/gen/types.ts';
import { ReconcileError, type PlanContext, type Planned } from '../engine/contract.ts';
import { changedFields, changedText } from '../engine/planning/changed-fields.ts';
import { NETWORK, type Claims } from './claims.ts';
import type { MachineRanges } from './machine-ranges.ts';
import { isComplete, planSubnets, type SubnetPlan } from './plan.ts';
import { inUse, recordedSubnets, refused, textOf } from './reconcile.ts';
import { isAttached, usersOf } from './users.ts';

export interface NetworkView {
  readonly claims: Pick<Claims, 'holder'>;
  readonly machine: Pick<MachineRanges, 'fresh' | 'known'>;
  readonly storeIdentity: string;
}

/** What would be done for a Network. No range is claimed: which one is picked is only known when it is. */
export async function foretellNetwork(network: Network, context: PlanContext, view: NetworkView): Promise<Planned> {
  const { reader, before } = context;
  const { name, namespace, deletionTimestamp } = network.metadata;
  if (deletionTimestamp !== undefined) {
    const users = usersOf(network, reader);
    if (users.length > 0) throw new ReconcileError(inUse(users));
    const cause = 'the object is deleted, and nobody uses it';
    return { action: 'Delete', message: 'taken off the machine', steps: [{ type: 'Remove', target: name, cause }] };
  }
  const recorded = recordedSubnets(network.status ?? {});
  if (!isComplete(network, recorded)) await view.machine.fresh();
  const plan = refused(planSubnets(network, recorded, surroundings(network, context, view)));
  const isNew = network.status?.interface === undefined;
  const fields = changedText(changedFields(before.get<Network>(NETWORK, namespace, name), network));
  const cause = isNew ? 'it is not there yet' : plan.type === 'move' ? plan.collision : fields;
  const steps = plan.type === 'keep' ? [] : [allocation(network, plan, cause)];
  if (isNew) {
    return { action: 'Create', message: 'made', steps: [...steps, { type: 'Configure', target: name, cause }] };
  }
  if (cause === '') return { action: 'None', message: 'it is as it is to be', steps: [] };
  const message = `changed in place, because ${cause}`;
  return { action: 'Update', message, steps: [...steps, { type: 'Configure', target: name, cause }] };
}

type Allocation = Extract<SubnetPlan, { readonly type: 'allocate' | 'move' }>;

function allocation({ spec }: Network, plan: Allocation, cause: string) {
  const isAsked = (spec.subnets ?? []).length > 0;
  // Another one may have it by then: only what was asked for is told.
  return { type: 'Allocate', ...(isAsked ? { target: textOf(plan.subnets) } : {}), cause };
}

function surroundings(network: Network, { reader, before }: PlanContext, view: NetworkView) {
  const { uid } = network.metadata;
  return {
    /** Claims are of what there is; of a network that would be gone the range would be free. */
    network(range: Parameters<Claims['holder']>[0]): string | undefined {
      const holder = view.claims.holder(range, uid, before);
      if (holder === undefined) return undefined;
      const there = reader.get<Network>(NETWORK, holder.namespace, holder.name);
      return there?.metadata.uid === holder.uid ? `network ${holder.namespace}/${holder.name}` : undefined;
    },
    machine: (range: Parameters<Claims['holder']>[0]) => view.machine.known.overlapping(range)[0],
    attached: isAttached(network, reader),
    storeIdentity: view.storeIdentity,
  };
}
