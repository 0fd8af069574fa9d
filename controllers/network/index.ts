import type { Networks } from '../../runtime/ports/networks.ts';
import { REASONS } from '../../schemas/conditions.ts';
import type { Network, NetworkStatus } from '../../schemas/gen/types.ts';
import type { KubeObject } from '../../schemas/object.ts';
import { ELSEWHERE, settled, type Controller, type Key, type Reader } from '../engine/contract.ts';
import type { Clock, Timers } from '../engine/environment.ts';
import { keyOf } from '../engine/keys.ts';
import { systemTimers } from '../engine/timers.ts';
import { Claims, NETWORK } from './claims.ts';
import { collisions } from './collisions.ts';
import { foretellNetwork } from './foretell.ts';
import { MachineRanges } from './machine-ranges.ts';
import { finalizeNetwork, reconcileNetwork } from './reconcile.ts';
import { watchedContainers, watchedNamespaces } from './users.ts';

export interface NetworkControllerOptions {
  readonly networks: Networks;
  /** Networks that belong to another machine are left alone. */
  readonly nodeName: string;
  readonly storeIdentity: string;
  readonly clock: Clock;
  /** Default: the machine's. */
  readonly timers?: Timers;
}

/** Gives Network objects their addresses, and tells the machine of them. */
export function networkController(options: NetworkControllerOptions): Controller<Network, NetworkStatus> {
  const { networks, nodeName, storeIdentity, clock, timers = systemTimers } = options;
  const isOurs = ({ spec }: Network): boolean => spec.nodeName === undefined || spec.nodeName === nodeName;
  const claims = new Claims(isOurs);
  const machine = new MachineRanges(networks, clock);
  const deps = { networks, claims, machine, storeIdentity };
  return {
    name: 'network',
    kind: NETWORK,
    finalizer: 'tsmoby.dev/network',
    indexes: {
      [WAITING]: (network) => (WAITS.has(reasonOf(network, 'Ready')) ? ['true'] : []),
    },
    watches: [watchedContainers, watchedNamespaces, { kind: NETWORK, map: networksThatWait }],
    sources: [collisions({ machine, claims, timers })],
    async reconcile(network, context) {
      return isOurs(network) ? reconcileNetwork(network, context, deps) : settled();
    },
    async finalize(network, context) {
      return isOurs(network) ? finalizeNetwork(network, context, deps) : settled();
    },
    plan: (network, context) => (isOurs(network) ? foretellNetwork(network, context, { ...deps, isOurs }) : ELSEWHERE),
  };
}

/** The index of networks that wait for a range. */
const WAITING = 'waiting';
const WAITS: ReadonlySet<string> = new Set([REASONS.SubnetOverlap, REASONS.NoFreeSubnet]);

const conditionOf = ({ status }: Network, type: string) => status?.conditions?.find((one) => one.type === type);
const reasonOf = (network: Network, type: string): string => conditionOf(network, type)?.reason ?? '';

/** A network that went, or has another range, may leave one to those that wait. */
function networksThatWait(object: KubeObject, reader: Reader, previous?: KubeObject): readonly Key[] {
  if (previous === undefined) return [];
  const [now, before] = [object as Network, previous as Network];
  const { namespace, name, uid } = now.metadata;
  const isThere = reader.get<Network>(NETWORK, namespace, name)?.metadata.uid === uid;
  if (isThere && subnetsText(now) === subnetsText(before)) return [];
  return reader.list<Network>(NETWORK, { index: { name: WAITING, value: 'true' } }).map(keyOf);
}

const subnetsText = ({ status }: Network): string => (status?.subnets ?? []).map(({ subnet }) => subnet).join();
