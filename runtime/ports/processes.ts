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
  /** Where its identity is written down for the next daemon. */
  readonly record: string;
}

export interface Processes {
  /** Rejects: Unsupported when there is no such program, ResourceExhausted when the kernel refuses another process. */
  startDetached(program: DetachedProgram): Promise<ProcessIdentity>;
  /**
   * The process of a record that an earlier daemon wrote, or else one whose command line has these words (its starter died
   * before it could write the record); undefined when neither runs.
   */
  adopt(record: string, words: readonly string[]): Promise<ProcessIdentity | undefined>;
  /** Whether exactly this process still runs; a zombie does not. */
  isAlive(identity: ProcessIdentity): Promise<boolean>;
  /** Sends a signal to exactly this process; success when it is gone. */
  signal(identity: ProcessIdentity, signal: NodeJS.Signals): Promise<void>;
  /** SIGTERM, after `graceMs` SIGKILL; resolves when it is gone. */
  end(identity: ProcessIdentity, graceMs: number): Promise<void>;
  /** Processes whose command line has these words in a row. Looks at every process: for starts and ends, not for every day. */
  find(words: readonly string[]): Promise<readonly ProcessIdentity[]>;
  /** Children of this process that run. */
  children(identity: ProcessIdentity): Promise<readonly ProcessIdentity[]>;
}
