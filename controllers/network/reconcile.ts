import { isRuntimeError, type RuntimeError } from '../../runtime/errors.ts';
import type { Networks, NetworkSpec, NetworkState, Subnet } from '../../runtime/ports/networks.ts';
import { REASONS } from '../../schemas/conditions.ts';
import type { Network, NetworkStatus } from '../../schemas/gen/types.ts';
import { ReconcileError, settled, type Outcome, type ReconcileContext } from '../engine/contract.ts';
import { claimantOf, type Claims } from './claims.ts';
import type { MachineRanges } from './machine-ranges.ts';
import { isComplete, planSubnets, type SubnetPlan } from './plan.ts';
import { isAttached, usersOf } from './users.ts';

type Context = ReconcileContext<NetworkStatus>;

export interface NetworkDeps {
  readonly networks: Networks;
  readonly claims: Claims;
  readonly machine: MachineRanges;
  /** Uid of the store: IPv6 ranges that are picked are its own. */
  readonly storeIdentity: string;
}

/** A missing interface or plugin may come any moment, a port 53 that somebody has may be given back, and nothing tells us when. */
const MACHINE_POLL_MS = 10_000;

/** The network has its ranges, written down before anybody uses them, and the machine knows of it. */
export async function reconcileNetwork(network: Network, context: Context, deps: NetworkDeps): Promise<Outcome> {
  const plan = await allocate(network, context, deps);
  const state = await ensure(network, plan, context, deps);
  report(network, plan, state, context);
  return settled(mayAnswerLater(state) ? MACHINE_POLL_MS : undefined);
}

const mayAnswerLater = ({ dns }: NetworkState): boolean =>
  !dns.available && dns.reason !== undefined && dns.reason !== REASONS.DNSUnsupported;

type Allocated = Exclude<SubnetPlan, { readonly type: 'blocked' | 'invalid' }>;

/** Finds ranges where some are missing. Throws when there are none: waiting, or stalled where the spec cannot be. */
async function allocate(network: Network, { reader, status }: Context, deps: NetworkDeps): Promise<Allocated> {
  const { claims, machine, storeIdentity } = deps;
  const recorded = recordedSubnets(status.current);
  if (!isComplete(network, recorded)) await machine.fresh();
  // From here to the claim nobody else is at work.
  const { uid } = network.metadata;
  const plan = planSubnets(network, recorded, {
    network(range) {
      const holder = claims.holder(range, uid, reader);
      return holder && `network ${holder.namespace}/${holder.name}`;
    },
    machine: (range) => machine.known.overlapping(range)[0],
    attached: isAttached(network, reader),
    storeIdentity,
  });
  const allocated = refused(plan);
  claims.claim(claimantOf(network), allocated.subnets, reader);
  return allocated;
}

/** Throws what a plan cannot be followed for. */
export function refused(plan: SubnetPlan): Allocated {
  if (plan.type === 'blocked') {
    throw new ReconcileError({ type: 'waiting', reason: plan.reason, message: plan.message });
  }
  if (plan.type === 'invalid') {
    throw new ReconcileError({ type: 'stalled', reason: REASONS.InvalidSpec, message: plan.message });
  }
  return plan;
}

async function ensure(network: Network, plan: Allocated, context: Context, deps: NetworkDeps): Promise<NetworkState> {
  const { status, event, reader } = context;
  const before = recordedSubnets(status.current);
  status.set({ subnets: plan.subnets.map((subnet) => ({ ...subnet })) });
  if (plan.type !== 'keep') await status.flush();
  try {
    const state = await deps.networks.ensure(specOf(network, plan.subnets));
    if (plan.type === 'move') {
      event('Warning', REASONS.NetworkMoved, `${plan.collision}: moved to ${textOf(plan.subnets)}`);
    }
    return state;
  } catch (error) {
    if (!isRuntimeError(error)) throw error;
    if (plan.type === 'move' && error.code === 'FailedPrecondition') {
      // A container came first: it keeps its addresses, and so does the network.
      deps.claims.claim(claimantOf(network), before, reader);
      status.set({ subnets: before.map((subnet) => ({ ...subnet })) });
    }
    throw ensureFailure(error);
  }
}

/** What heals by itself is waited for; the rest is as everywhere. */
function ensureFailure(error: RuntimeError): Error {
  const { code, reason, message } = error;
  const waiting = (known: string): ReconcileError =>
    new ReconcileError({ type: 'waiting', reason: known, message, requeueAfterMs: MACHINE_POLL_MS }, { cause: error });
  if (reason !== undefined && HEALING.has(reason)) return waiting(reason);
  return code === 'FailedPrecondition' ? waiting(reason ?? REASONS.InUse) : error;
}

const HEALING: ReadonlySet<string> = new Set([REASONS.SubnetOverlap, REASONS.ParentNotFound, REASONS.CniPluginMissing]);

function report({ spec }: Network, plan: Allocated, state: NetworkState, { status }: Context): void {
  const { available, reason, message } = state.dns;
  status.set({ interface: state.interface });
  status.condition({
    type: 'DNSReady',
    status: available ? 'True' : 'False',
    reason: available ? REASONS.Answering : (reason ?? REASONS.DNSUnsupported),
    message,
  });
  const addresses = spec.driver === 'cni' ? 'as its configuration says' : textOf(plan.subnets);
  const collision = plan.type === 'keep' && plan.collision !== undefined ? `; ${plan.collision}` : '';
  status.condition({ type: 'Ready', status: 'True', reason: REASONS.Allocated, message: `${addresses}${collision}` });
}

function specOf({ metadata, spec }: Network, subnets: readonly Subnet[]): NetworkSpec {
  const { driver = 'bridge', internal = false, mtu, parent, mode, config } = spec;
  return {
    uid: metadata.uid,
    namespace: metadata.namespace ?? '',
    name: metadata.name,
    driver,
    subnets,
    internal,
    ...(mtu === undefined ? {} : { mtu }),
    ...(parent === undefined ? {} : { parent }),
    ...(mode === undefined ? {} : { mode }),
    ...(config === undefined ? {} : { config: { ...config } }),
  };
}

export const recordedSubnets = ({ subnets = [] }: Partial<NetworkStatus>): readonly Subnet[] =>
  subnets.map(({ subnet = '', gateway = '' }) => ({ subnet, gateway }));

export const textOf = (subnets: readonly Subnet[]): string => subnets.map(({ subnet }) => subnet).join(', ');

/** Waits for the Containers that use it, then takes it off the machine. */
export async function finalizeNetwork(network: Network, context: Context, deps: NetworkDeps): Promise<Outcome> {
  const users = usersOf(network, context.reader);
  if (users.length > 0) return inUse(users);
  try {
    await deps.networks.remove(network.metadata.uid);
  } catch (error) {
    if (!isRuntimeError(error, 'FailedPrecondition')) throw error;
    throw ensureFailure(error);
  }
  deps.claims.release(network.metadata.uid);
  return settled();
}

export function inUse(users: readonly string[]): Exclude<Outcome, { type: 'settled' }> {
  const more = users.length > 10 ? ` and ${users.length - 10} more` : '';
  const message = `used by containers ${users.slice(0, 10).join(', ')}${more}`;
  return { type: 'waiting', reason: REASONS.InUse, message };
}
