/**
 * The Sandboxes port: what a container's network identity hangs on, apart from the container, so that restarts and
 * replacements keep it. A sandbox is keyed by id (owner uid + generation) and has a mode: `none` (own, empty network),
 * `host` (the machine's), and later `cni` and `shared`. It carries the hosts, hostname and resolv.conf files that are mounted
 * into every instance on it. For `none` the runtime makes an empty network namespace with each task: there is no address
 * to keep, and a namespace file made in advance would cost two processes a container (docs/design/0003).
 */
export interface SandboxSpec {
  readonly id: string;
  readonly ownerUid: string;
  readonly mode: 'none' | 'host';
  readonly hostname: string;
}

export interface Sandbox {
  readonly id: string;
  readonly mode: 'none' | 'host';
  readonly netnsPath?: string;
  /** Host paths of the files to mount at /etc/hosts, /etc/hostname and /etc/resolv.conf. */
  readonly hostsPath: string;
  readonly hostnamePath: string;
  readonly resolvConfPath: string;
}

export interface Sandboxes {
  /** Idempotent: a sandbox of this id and boot is answered as it is; files are rewritten only when they differ. */
  ensure(spec: SandboxSpec): Promise<Sandbox>;
  remove(id: string): Promise<void>;
  list(): Promise<readonly string[]>;
}
