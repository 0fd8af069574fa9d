/**
 * The Processes port: the few long-lived programs that outlive the daemon (logd, netd, our own containerd).
 *
 * A process is known by an *identity*, not by its pid alone: pids are reused, but never with the same start time within one
 * boot. Identities are plain data; whoever starts a program writes its identity into the run directory, and the next daemon
 * adopts the process when `isAlive` says that it is still the same one.
 *
 * Nothing here ends with the daemon: programs are started in a session of their own, and nobody's death signal reaches them.
 */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks between boot and its start: field 22 of /proc/PID/stat. */
  readonly startTime: string;
  readonly bootId: string;
}

export interface DetachedProgram {
  /** A path, or a name that is looked up on PATH. */
  readonly program: string;
  readonly args: readonly string[];
  /** The whole environment. */
  readonly env: Readonly<Record<string, string>>;
  /** A file that stdout and stderr are appended to; made with mode 0600. */
  readonly output: string;
  /** -1000 to 1000; applied where the kernel lets us. */
  readonly oomScoreAdjust?: number;
}

export interface Processes {
  /** Rejects: Unsupported when there is no such program, ResourceExhausted when the kernel refuses another process. */
  startDetached(program: DetachedProgram): Promise<ProcessIdentity>;
  /** Whether exactly this process still runs; a zombie does not. */
  isAlive(identity: ProcessIdentity): Promise<boolean>;
  /** Sends a signal to exactly this process; success when it is gone. */
  signal(identity: ProcessIdentity, signal: NodeJS.Signals): Promise<void>;
  /** SIGTERM, after `graceMs` SIGKILL; resolves when it is gone. */
  end(identity: ProcessIdentity, graceMs: number): Promise<void>;
  /** Our own children that it has, as identities: the shims of a containerd, say. */
  identify(pid: number): Promise<ProcessIdentity | undefined>;
}
