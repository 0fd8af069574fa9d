/** Which Networks a Container asks for. */

/** The Network that a Container is in when it names none. */
export const DEFAULT_NETWORK = 'default';
/** On a namespace, with value `disabled`: it has no default network. */
export const DEFAULT_NETWORK_ANNOTATION = 'tsmoby.dev/default-network';
/** On the default network that was made unasked. */
export const DEFAULT_NETWORK_LABEL = 'tsmoby.dev/default';

export interface NetworkWish {
  readonly hostNetwork?: boolean;
  readonly networkMode?: string;
  readonly networks?: readonly { readonly name: string }[];
}

/** Names in the order of the spec; the default network where it says nothing. None: another kind of network, or none at all. */
export function wantedNetworks({ hostNetwork, networkMode, networks = [] }: NetworkWish): readonly string[] {
  if (hostNetwork === true || networkMode !== undefined) return [];
  return networks.length === 0 ? [DEFAULT_NETWORK] : networks.map(({ name }) => name);
}

export function hasDefaultNetwork(namespace: {
  readonly metadata: { readonly annotations?: Readonly<Record<string, string>> };
}): boolean {
  return namespace.metadata.annotations?.[DEFAULT_NETWORK_ANNOTATION] !== 'disabled';
}
