/**
 * The Sandboxes port: what a container's network identity hangs on, apart from the container, so that restarts and
 * replacements keep it. A sandbox is keyed by id (owner uid + generation) and has a mode:
 *
 *   none    own, empty network. The runtime makes it with each task: there is no address to keep (docs/design/0003)
 *   host    the machine's
 *   cni     a network namespace of its own, kept as a file, with an interface in each attached network
 *   shared  the namespace of another sandbox; it has no addresses of its own
 *
 * It carries the hosts, hostname and resolv.conf files that are mounted into every instance on it.
 *
 * Addresses. Whoever ensures a sandbox says which networks it is in and, where that matters, which addresses; the rest is allocated here and
 * written down durably before the interface is made. So a sandbox keeps addresses and MACs over crashes and over boots of the machine: of another
 * boot only the record is left, and `ensure` makes namespace and interfaces anew with what stands in it.
 *
 * Idempotency. `ensure` compares with what was applied last: where nothing differs no program is started. Attachments that are no longer wanted
 * are taken away, new ones made, the others left alone. One that failed half way is undone first when it is tried again.
 */
import type { NetworkSpec } from './networks.ts';

export type SandboxMode = 'none' | 'host' | 'cni' | 'shared';

export interface AttachmentSpec {
  /** Uid of a network that was ensured. */
  readonly network: string;
  /** Exactly these, one of each family at most. Rejects when taken or outside of the subnet. */
  readonly addresses?: readonly string[];
  /** These if they are free: what it had before its record was lost. */
  readonly preferred?: readonly string[];
}

/** A line of the hosts file. */
export interface SandboxHost {
  /** `host-gateway`: where the machine answers whoever is in the sandbox; where there is no such address, the line is left out. */
  readonly ip: string;
  readonly hostnames: readonly string[];
}

/** What stands in resolv.conf. */
export interface SandboxResolver {
  /** `network` (default): the name server of its networks, where there is one. `machine`: the machine's alone. `none`: what is added alone. */
  readonly from?: 'network' | 'machine' | 'none';
  readonly nameServers?: readonly string[];
  readonly searches?: readonly string[];
  /** `ndots:2`; of the same name as another one: in its place. */
  readonly options?: readonly string[];
}

export interface SandboxSpec {
  readonly id: string;
  readonly ownerUid: string;
  readonly mode: SandboxMode;
  readonly hostname: string;
  /** cni: in order; the first gives the default route and the name server. */
  readonly attachments?: readonly AttachmentSpec[];
  /** cni: a process that lives in it. Should somebody have taken the name of its namespace away, that is given to it again. */
  readonly pid?: number;
  /** shared: id of the sandbox, of mode cni, whose namespace and files these are. */
  readonly of?: string;
  /** Not of mode shared, whose files are the other one's. */
  readonly hosts?: readonly SandboxHost[];
  readonly resolver?: SandboxResolver;
}

export interface Attachment {
  readonly network: string;
  /** In the namespace: eth0, eth1, … Kept for as long as it is attached. */
  readonly interface: string;
  /** Without prefix length; IPv4 first. */
  readonly addresses: readonly string[];
  /** Lower-case, with colons. */
  readonly mac: string;
}

export interface Sandbox {
  readonly id: string;
  readonly mode: SandboxMode;
  /** cni and shared. */
  readonly netnsPath?: string;
  /** Empty but for mode cni. */
  readonly attachments: readonly Attachment[];
  /** Host paths of the files to mount at /etc/hosts, /etc/hostname and /etc/resolv.conf. */
  readonly hostsPath: string;
  readonly hostnamePath: string;
  readonly resolvConfPath: string;
}

export interface Sandboxes {
  /**
   * A sandbox of this id and boot is answered as it is; files are rewritten only when they differ. Rejects: NotFound (no such network, or no such
   * sandbox to share), InvalidArgument (reason AddressTaken, AddressOutside), ResourceExhausted (reason NoFreeAddress), Unsupported (reason
   * CniPluginMissing), Unavailable or Internal (reason CniFailed: what the plugin said).
   */
  ensure(spec: SandboxSpec): Promise<Sandbox>;
  /** Interfaces, namespace, files, addresses. Success when it is gone. */
  remove(id: string): Promise<void>;
  list(): Promise<readonly string[]>;
}

/** Where a sandbox of mode cni is: its attachments, as they were recorded last, with what their networks are. */
export interface SandboxPlace {
  readonly attachments: readonly (Attachment & Pick<NetworkSpec, 'driver' | 'internal' | 'subnets'>)[];
}

/** For other adapters of `runtime/`; answered from memory. Undefined: no such sandbox, or it has no addresses of its own. */
export type PlaceOf = (sandboxId: string) => SandboxPlace | undefined;
