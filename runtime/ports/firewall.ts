/**
 * The Firewall port: the kernel's rules that make networks and published ports what they are. Only adapters of `runtime/` talk to it (networks,
 * publications).
 *
 * There is one table of ours. Each setter takes the whole wanted state of its part; what is in force already costs no call. Both parts change
 * independently, each in one transaction: nobody sees a half of it. State is bound to the boot of the machine, and kept over the daemon's end.
 */
export interface FirewallNetwork {
  readonly uid: string;
  readonly bridge: string;
  readonly subnets: readonly { readonly subnet: string; readonly gateway: string }[];
  readonly internal: boolean;
}

/** New connections to a port of this machine are led to an address of a container. */
export interface Forward {
  readonly protocol: 'TCP' | 'UDP' | 'SCTP';
  /** Absent: every address of the machine of the target's family. */
  readonly hostIP?: string;
  readonly hostPort: number;
  readonly address: string;
  readonly port: number;
}

export interface Firewall {
  /**
   * Masquerading, isolation, accept rules beside others' firewalls, for exactly these networks; none: the table goes when no forward is left either.
   * Rejects with RuntimeError (Unsupported: no nft; Unavailable with reason FirewallFailed: locked or refused).
   */
  setNetworks(networks: readonly FirewallNetwork[]): Promise<void>;
  /** Exactly these. */
  setForwards(forwards: readonly Forward[]): Promise<void>;
  /**
   * UDP has no connections: flows that the kernel remembers go on to where they went. Makes those to these addresses forget it (StartFirst, after the
   * switch; and a container that came back).
   */
  forgetFlows(addresses: readonly string[]): Promise<void>;
  /** Looks whether all is still there, in our table and beside others' rules, and mends it. Answers whether something was missing. */
  repair(): Promise<boolean>;
}
