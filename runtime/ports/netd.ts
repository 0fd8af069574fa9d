/**
 * The Netd port: the small program that lives where the bridges are and outlives the daemon. It answers names, reserves ports of this machine by bound
 * sockets, and asks network probes. Only adapters of `runtime/` talk to it.
 *
 * Each setter takes the whole wanted state of its part, which replaces the one before at once. The adapter sends it again to a netd that is new, so
 * callers need not know that one died.
 */
export interface NameTable {
  readonly networks: readonly {
    readonly uid: string;
    readonly namespace: string;
    /** Addresses to answer at, port 53, UDP and TCP. */
    readonly gateways: readonly string[];
    readonly subnets: readonly string[];
    /** No way out: who is in such networks only is told of no names but theirs. */
    readonly internal: boolean;
  }[];
  readonly hosts: readonly NamedHost[];
}

export interface NamedHost {
  readonly namespace: string;
  readonly name: string;
  /** Where it is, and what it is called there besides `name` and `name.namespace`. */
  readonly places: readonly {
    readonly network: string;
    readonly addresses: readonly string[];
    readonly names: readonly string[];
  }[];
  /** Its names are known and have no addresses otherwise. */
  readonly ready: boolean;
  /** Not the process any more: as if it were not ready. */
  readonly process?: { readonly pid: number; readonly startTime: string };
}

export interface PortReservation {
  readonly protocol: 'TCP' | 'UDP' | 'SCTP';
  /** Absent: every address of the machine, of both families. */
  readonly hostIP?: string;
  readonly hostPort: number;
}

export interface ReservationProblem extends PortReservation {
  /** `PortTaken` (for a person: by whom) or `PortUnsupported`. */
  readonly reason: string;
  readonly message: string;
}

export interface Netd {
  /**
   * Resolves when it is in force, with gateways at which it cannot listen, and why. A host that is the same object as in the table before is the same:
   * only the others are told. Rejects: ResourceExhausted (reason NetworkHelperFull), and what was told before stays in force; Unavailable.
   */
  setNames(table: NameTable): Promise<readonly { readonly gateway: string; readonly message: string }[]>;
  /** Likewise, with those that cannot be had. What was reserved before and still is wanted is never let go of in between. */
  setReservations(reservations: readonly PortReservation[]): Promise<readonly ReservationProblem[]>;
  /** Told of ports that were reserved and are lost: netd died, and somebody took them before the next one was there. */
  subscribe(listener: (lost: readonly ReservationProblem[]) => void): Disposable;
  /** A port that is free with this protocol at this address, not reserved yet. */
  pickPort(protocol: PortReservation['protocol'], hostIP?: string): Promise<number>;
}
