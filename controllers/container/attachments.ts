import type { AttachmentSpec } from '../../runtime/ports/sandboxes.ts';
import type { Container, ContainerNetwork, ContainerStatus } from '../../schemas/gen/types.ts';
import { hasDefaultNetwork, wantedNetworks } from '../../schemas/values/container-networks.ts';
import type { KubeObject } from '../../schemas/object.ts';
import { REASONS } from '../../schemas/conditions.ts';
import { ReconcileError, type Reader } from '../engine/contract.ts';

const NETWORK = { apiVersion: 'tsmoby.dev/v1alpha1', kind: 'Network' } as const;
const NAMESPACE = { apiVersion: 'v1', kind: 'Namespace' } as const;

/** What is looked at of a Network. */
interface NetworkObject extends KubeObject {
  readonly status?: {
    readonly conditions?: readonly { readonly type: string; readonly status: string; readonly message: string }[];
  };
}

/** A network that a container is to be in. */
export interface Membership {
  readonly name: string;
  /** Uid of the Network. */
  readonly uid: string;
  readonly aliases: readonly string[];
  readonly attachment: AttachmentSpec;
}

/**
 * The networks that a Container is to be in, in order. Throws a waiting outcome that names the one which is missing or not ready.
 * `status`: where the addresses are found that it had.
 */
export function memberships(
  container: Container,
  reader: Reader,
  { networks: before = [] }: Readonly<Partial<ContainerStatus>>,
): readonly Membership[] {
  return wantedMemberships(container, reader, before).map((wanted) => {
    const isIn = before.some(({ name }) => name === wanted.name);
    const { uid } = usableNetwork(container, wanted.name, reader, isIn).metadata;
    const asked = [wanted.ip, wanted.ip6].filter((address) => address !== undefined);
    const had = before.find(({ name }) => name === wanted.name)?.ips ?? [];
    const attachment = {
      network: uid,
      ...(asked.length > 0 ? { addresses: asked } : {}),
      ...(had.length > 0 ? { preferred: had } : {}),
    };
    return { name: wanted.name, uid, aliases: wanted.aliases ?? [], attachment };
  });
}

function wantedMemberships(
  { metadata, spec }: Container,
  reader: Reader,
  before: NonNullable<ContainerStatus['networks']>,
): readonly ContainerNetwork[] {
  const { networks = [] } = spec;
  if (networks.length > 0) return networks;
  const namespace = reader.get(NAMESPACE, undefined, metadata.namespace ?? '');
  const names = wantedNetworks(spec);
  // Whoever is in it when the namespace ends to have one stays in it.
  const isIn = before.some(({ name }) => name !== undefined && names.includes(name));
  if (namespace !== undefined && !hasDefaultNetwork(namespace) && !isIn) return [];
  return names.map((name) => ({ name }));
}

/** `isIn`: it is in it already, and stays for as long as the network is there, which waits for it when it is to go. */
function usableNetwork(
  { metadata: { namespace = '' } }: Container,
  name: string,
  reader: Reader,
  isIn: boolean,
): NetworkObject {
  const network = reader.get<NetworkObject>(NETWORK, namespace, name);
  if (network !== undefined && isIn) return network;
  if (network === undefined || network.metadata.deletionTimestamp !== undefined) {
    const state = network === undefined ? 'is not there' : 'is being deleted';
    throw waiting(REASONS.NetworkNotFound, `Network ${namespace}/${name} ${state}`);
  }
  const ready = network.status?.conditions?.find(({ type }) => type === 'Ready');
  if (ready?.status === 'True') return network;
  throw waiting(
    REASONS.NetworkNotReady,
    `Network ${namespace}/${name} is not ready: ${ready?.message ?? 'not yet looked at'}`,
  );
}

const waiting = (reason: string, message: string): ReconcileError =>
  new ReconcileError({ type: 'waiting', reason, message });
