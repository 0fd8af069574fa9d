/**
 * The Publications port: how others reach a container. One publication an owner: the ports of this machine that lead to it, and the names under
 * which the networks' name servers know it. It points at one sandbox; pointing it at another one moves all its ports and names in one step.
 *
 * A publication outlives the daemon: it stays in force until it is changed or withdrawn, and a new daemon that publishes the same finds that
 * nothing is to be done. After a boot of the machine nothing is in force, and publishing makes it so again.
 *
 * Ports. Each is reserved by a bound socket, so that no stranger takes it and none is taken from a stranger; new connections to it are led to the
 * sandbox's address by the kernel. A port that cannot be had does not keep the others: its answer says why, and who holds it, and publishing
 * again tries again. Moving a publication never lets go of a port: there is no moment at which a new connection finds nobody, and
 * connections that are established stay where they are.
 *
 * Names are answered to whoever shares a network with the sandbox, with its addresses in the shared networks, while the publication is ready.
 */
export interface PublishedRange {
  readonly protocol: 'TCP' | 'UDP' | 'SCTP';
  /** An address of this machine; absent: all of them. IPv6 loopback cannot be led anywhere. */
  readonly hostIP?: string;
  /** First port; 0: any free one is picked and kept. */
  readonly hostPort: number;
  readonly containerPort: number;
  /** How many ports from the first on, 1 or more; 1 with hostPort 0. */
  readonly count: number;
}

export interface PublishedName {
  /** Uid of the network in which these names are known. */
  readonly network: string;
  /** Lower case; a single label or several. */
  readonly names: readonly string[];
}

export interface Publication {
  readonly owner: { readonly uid: string; readonly namespace: string; readonly name: string };
  readonly sandbox: string;
  readonly names: readonly PublishedName[];
  /** Whether names have addresses. Ports do not depend on it. */
  readonly ready: boolean;
  /** The process that serves; while nobody tells otherwise, names end with it. */
  readonly pid?: number;
  readonly ports: readonly PublishedRange[];
  /** Further sandboxes of the owner, to which nothing leads: in the networks of `names`, they may ask for names as `sandbox` may. */
  readonly guests?: readonly string[];
}

export interface PortAnswer extends PublishedRange {
  /** Why it leads nowhere. PortTaken names who holds it; PortUnsupported, NoAddress (no network of the sandbox can be reached from outside). */
  readonly problem?: { readonly reason: string; readonly message: string };
}

export interface Publications {
  /**
   * Resolves when it is in force, with one answer for each range, in order, its picked port filled in. Rejects with RuntimeError (Unavailable: netd or
   * nft does not answer, and what was in force before still is).
   */
  publish(publication: Publication): Promise<readonly PortAnswer[]>;
  /**
   * Its names have addresses from now on, or none; all else stays as it was published last. Success when nothing is published. Rejects as `publish`
   * does.
   */
  setReady(uid: string, ready: boolean): Promise<void>;
  /** These are its guests from now on; all else stays as it was published last. Success when nothing is published. Rejects as `publish` does. */
  setGuests(uid: string, guests: readonly string[]): Promise<void>;
  /** Ports and names go. Success when there are none. */
  withdraw(uid: string): Promise<void>;
  /** Uids of owners. */
  list(): Promise<readonly string[]>;
  /** Told the uid of an owner who lost a port without a change of his: publishing the same again answers which, and who has it, or has it again. */
  subscribe(listener: (uid: string) => void): Disposable;
}
