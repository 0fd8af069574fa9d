/**
 * The Networks port: the networks of this machine that sandboxes are attached to.
 *
 * Vocabulary. A *network* is a bridge of ours with one subnet of each family (`bridge`), a share in an interface of the machine (`macvlan`,
 * `ipvlan`), or whatever a CNI configuration list says (`cni`). It is keyed by the uid of the object that asks for it. An *attachment* is one
 * interface of one sandbox in one network; sandboxes make and end them (sandboxes.ts), with addresses that are allocated here and nowhere else.
 *
 * Lifecycle. ensure -> (attachments come and go) -> remove. `ensure` writes down what the network is, durably, and changes nothing on the
 * machine; the bridge, its rules, and what has to be changed of the machine (forwarding) come with the first attachment and go with `remove`. A
 * network that nobody uses therefore costs nothing.
 *
 * Idempotency. `ensure` of what is there is success and makes no call; `remove` of what is gone is success.
 */
export interface Subnet {
  /** CIDR with no bits behind the prefix: `10.208.3.0/24`, `fd12:3456:789a:3::/64`. */
  readonly subnet: string;
  /** The bridge's own address in it; containers' way out and name server. */
  readonly gateway: string;
}

export interface NetworkSpec {
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
  readonly driver: 'bridge' | 'macvlan' | 'ipvlan' | 'cni';
  /** At most one of each family, IPv4 first. Empty for `cni`, whose plugins allocate. */
  readonly subnets: readonly Subnet[];
  /** No way out of the network, and none in but from this machine. */
  readonly internal: boolean;
  /** Bytes; absent: the machine's default. */
  readonly mtu?: number;
  /** macvlan, ipvlan: the interface of the machine; absent: that of the default route. */
  readonly parent?: string;
  /** macvlan: bridge, private, vepa, passthru; ipvlan: l2, l3, l3s. */
  readonly mode?: string;
  /** cni: a configuration list, as it is. */
  readonly config?: Readonly<Record<string, unknown>>;
}

export interface NetworkState {
  /** Name of the bridge, or of the parent; absent for `cni`. The bridge itself may not be there yet. */
  readonly interface?: string;
  /** Whether names are answered on it; where not, why, for a person. */
  readonly dns: { readonly available: boolean; readonly reason?: string; readonly message: string };
}

/** A range of addresses of the machine that is not ours to take. */
export interface OccupiedRange {
  readonly subnet: string;
  /** For a person: `route via eth0`, `address of docker0`. */
  readonly holder: string;
}

export interface Networks {
  /** What routes and interfaces of this machine occupy, our own bridges aside. */
  occupied(): Promise<readonly OccupiedRange[]>;
  /**
   * Another spec than before takes its place; while sandboxes are attached only `internal` may differ. Rejects: FailedPrecondition (reason InUse: more
   * differs), InvalidArgument (the spec cannot be; reason SubnetOverlap, ParentNotFound, CniConfigInvalid), Unsupported (reason CniPluginMissing, or a
   * host program is missing).
   */
  ensure(spec: NetworkSpec): Promise<NetworkState>;
  /** Rejects with FailedPrecondition (reason InUse) while sandboxes are attached. */
  remove(uid: string): Promise<void>;
  /** Uids of all that are written down. */
  list(): Promise<readonly string[]>;
  /**
   * Looks whether the machine still has what was made of it (bridges, rules, forwarding) and mends it. Answers ids of sandboxes whose attachments were
   * lost with a bridge and must be ensured again.
   */
  repair(): Promise<readonly string[]>;
}
