/**
 * The Host port: the only way to start programs on this machine, and what Node itself cannot do (mount, mkfifo, look
 * into an image's file system). Everything takes argument arrays and a deadline; nothing passes through a shell.
 *
 * HostFacts is measured once at start and injected: code never asks `process.getuid()` or reads /proc itself. Facts
 * differ between a root daemon, a rootless one and an agent on another machine; the code above does not.
 */
import type { Duplex } from 'node:stream';

export interface HostFacts {
  /** Stands in `spec.nodeName` of placed objects. */
  readonly nodeName: string;
  /** /proc/sys/kernel/random/boot_id: run-directory artefacts of another boot are void. */
  readonly bootId: string;
  /** OCI architecture: amd64, arm64, … */
  readonly architecture: string;
  readonly rootless: boolean;
  readonly cgroups: {
    readonly version: 1 | 2;
    /** Controllers whose limits take effect for us: memory, cpu, pids, … Empty when not delegated. */
    readonly controllers: readonly string[];
  };
  /** Durable files of this daemon; absolute. */
  readonly dataDirectory: string;
  /** Files that die with the boot, sockets, FIFOs; absolute and short (unix socket paths end at 107 bytes). */
  readonly runDirectory: string;
  /** The uid of namespace kube-system in our store: whose things are whose. */
  readonly storeIdentity: string;
}

export type HostProgram =
  | 'mount'
  | 'umount'
  | 'mkfifo'
  | 'unshare'
  | 'nsenter'
  | 'ip'
  | 'nft'
  | 'conntrack'
  | 'iptables-legacy'
  | 'ip6tables-legacy'
  | 'tar'
  | 'git'
  | 'gpg'
  | 'kubectl';

export interface HostRunOptions {
  readonly input?: string | Uint8Array;
  /** Milliseconds; default 10,000. The program is killed then. */
  readonly deadline?: number;
  readonly signal?: AbortSignal;
  /** What the program finds in its environment besides PATH and LC_ALL. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** What a program wrote that ended with 0. */
export interface RunResult {
  readonly stdout: string;
  /** The end of it. */
  readonly stderr: string;
}

export interface PluginRunOptions extends HostRunOptions {
  /** All that it finds in its environment besides PATH. */
  readonly environment: Readonly<Record<string, string>>;
}

/** How a plugin ended: with an exit code other than 0 it says on stdout what is wrong. */
export interface PluginEnd {
  readonly code: number | string;
  readonly stdout: string;
  /** The end of it. */
  readonly stderr: string;
}

/**
 * A way into the network of a process, kept open for as long as the door is, also when the process has ended. Whoever opens one makes
 * sure that the process still is the one he meant, after `openNetwork` has answered: ids of processes come back.
 */
export interface NetworkDoor extends AsyncDisposable {
  /**
   * A TCP connection that begins inside: to 127.0.0.1, or to [::1] where nobody listens on that. Each side ends its half by itself.
   * Rejects with RuntimeError: Unavailable when it is refused or not answered; at once with the signal's reason when it aborts.
   */
  dial(port: number, signal?: AbortSignal): Promise<Duplex>;
}

/** A mount as containerd's snapshotters describe it, ready for mount(8). */
export interface RootMount {
  readonly type: string;
  readonly source: string;
  readonly options: readonly string[];
}

export interface Host {
  /** How often each program was started: tests assert that a quiet daemon starts none. */
  readonly calls: Readonly<Record<HostProgram | 'cni', number>>;
  /** Rejects with RuntimeError: Unsupported when the program is missing, DeadlineExceeded, Internal with stderr. */
  run(program: HostProgram, args: readonly string[], options?: HostRunOptions): Promise<RunResult>;
  /** Starts a CNI plugin, an absolute path, without arguments. Rejects as `run` does, but not for its exit code. */
  runPlugin(path: string, options: PluginRunOptions): Promise<PluginEnd>;
  /** Makes FIFOs (mode 0600) at these paths; a path that is a FIFO already is left alone. Cheap: made in advance. */
  makeFifos(paths: readonly string[]): Promise<void>;
  /** Mounts a tmpfs unless one is there. `sizeBytes` absent: the kernel's default (half of memory). */
  mountTmpfs(path: string, options: { sizeBytes?: number; mode: number }): Promise<void>;
  /** Lazily unmounts whatever is mounted at `path` (all layers); success when nothing is. */
  unmount(path: string): Promise<void>;
  /** Mount points at or below `path`, outermost first, from /proc/self/mountinfo. */
  mountsUnder(path: string): Promise<readonly string[]>;
  /**
   * Reads small files out of a file system that is mounted for the purpose, inside a private mount namespace, so that a
   * crash leaves no mount. Links are followed only inside the root. Missing files are absent from the answer.
   */
  readFromMounts(
    mounts: readonly RootMount[],
    paths: readonly string[],
    options?: { readonly maxBytes?: number; readonly signal?: AbortSignal },
  ): Promise<ReadonlyMap<string, Uint8Array>>;
  /** Copies the content of a directory of such a root into an empty host directory, owners and modes kept. */
  copyFromMounts(mounts: readonly RootMount[], path: string, target: string, signal?: AbortSignal): Promise<void>;
  /** Rejects with RuntimeError: NotFound when there is no such process, Unsupported without nsenter. */
  openNetwork(pid: number, signal?: AbortSignal): Promise<NetworkDoor>;
}
