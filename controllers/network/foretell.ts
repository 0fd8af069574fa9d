import type { Network } from '../../schemas/gen/types.ts';
import { overlap, type Cidr } from '../../schemas/values/addresses.ts';
import { ReconcileError, type PlanContext, type Planned } from '../engine/contract.ts';
import { changedFields, changedText } from '../engine/planning/changed-fields.ts';
import { NETWORK, rangesOf, type Claims } from './claims.ts';
import type { MachineRanges } from './machine-ranges.ts';
import { isComplete, planSubnets, type SubnetPlan } from './plan.ts';
import { inUse, recordedSubnets, refused, textOf } from './reconcile.ts';
import { isAttached, usersOf } from './users.ts';

export interface NetworkView {
  readonly claims: Pick<Claims, 'holders'>;
  /** Those of other machines have no ranges here. */
  readonly isOurs: (network: Network) => boolean;
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

function surroundings(network: Network, context: PlanContext, view: NetworkView) {
  const holder = holderAmong(context, view);
  return {
    network(range: Cidr): string | undefined {
      const found = holder(range, network);
      return found && `network ${found.metadata.namespace}/${found.metadata.name}`;
    },
    machine: (range: Cidr) => view.machine.known.overlapping(range)[0],
    attached: isAttached(network, context.reader),
    storeIdentity: view.storeIdentity,
  };
}

/**
 * Who would have an address of a range before a network asks for it. Claims are of what there is: one that would be gone frees its own. Of those that
 * ask for one that they do not have yet, whoever is listed first gets it, as objects are applied one after the other.
 */
function holderAmong({ reader, before }: PlanContext, { claims, isOurs }: NetworkView) {
  const asking = reader
    .list<Network>(NETWORK)
    .filter(isOurs)
    .map((network) => ({ network, ranges: rangesOf(network.spec.subnets ?? []) }))
    .filter(({ ranges }) => ranges.length > 0);
  const holder = (range: Cidr, { metadata: { uid } }: Network): Network | undefined => {
    const claiming = claims
      .holders(range, uid, before)
      .map(({ namespace, name, uid: theirs }) => {
        const there = reader.get<Network>(NETWORK, namespace, name);
        return there?.metadata.uid === theirs ? there : undefined;
      })
      .find((there) => there !== undefined);
    if (claiming !== undefined) return claiming;
    const at = asking.findIndex(({ network }) => network.metadata.uid === uid);
    return asking.slice(0, at < 0 ? asking.length : at).find((other) => isOneOf(other.ranges, range) && gets(other))
      ?.network;
  };
  /** Others may keep it from what it asks for. */
  const gets = ({ network, ranges }: (typeof asking)[number]): boolean =>
    ranges.every((range) => holder(range, network) === undefined);
  return holder;
}

const isOneOf = (ranges: readonly Cidr[], range: Cidr): boolean => ranges.some((one) => overlap(one, range));
