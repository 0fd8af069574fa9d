/**
 * The Logs port: container output that survives the daemon.
 *
 * A *log* belongs to an object and has *runs*: one file (and its rotations) for each process. Lines are CRI's:
 * `<RFC 3339 with nanoseconds> <stdout|stderr> <F|P> <bytes>`; P marks a piece of a line longer than 16 KiB.
 * A small program of its own (logd) holds the FIFOs, so that the daemon may die. No task may be created before `open`
 * has resolved, and no task deleted before `drain` has: else the runtime hangs, or bytes are lost.
 */
export interface LogRun {
  /** Owner uid; names the directory. */
  readonly log: string;
  /** 0, 1, 2, … one for each process of the object. */
  readonly run: number;
}

export interface LogLimits {
  /** Bytes after which the file is rotated. */
  readonly maxBytes: number;
  /** Files kept of one run, the current one included. */
  readonly maxFiles: number;
}

export interface ReadLogOptions {
  readonly follow?: boolean;
  readonly tailLines?: number;
  /** RFC 3339; lines before it are left out. */
  readonly sinceTime?: string;
  readonly timestamps?: boolean;
  /** Absent: both. */
  readonly stream?: 'stdout' | 'stderr';
  readonly limitBytes?: number;
  readonly signal?: AbortSignal;
}

/** What a process writes from now on, as it writes it: without waiting for the end of a line, byte for byte. */
export interface AttachedOutput extends AsyncDisposable {
  /**
   * Until the run is over, or this is disposed of. Iterated at most once, and both of them: one that is not read holds up the
   * other, and after a while the process, as a pipe would. A reader that takes nothing for half a minute is cut off instead.
   */
  readonly stdout: AsyncIterable<Uint8Array>;
  readonly stderr: AsyncIterable<Uint8Array>;
  /** Resolves when the run is over and all of it was received, or this is disposed of; rejects with Unavailable for one that was cut off. */
  readonly ended: Promise<void>;
}

export interface Logs {
  /** Makes the FIFOs, has logd open them, answers their paths. Idempotent; of a run that is open already the limits become these, for what is written next. Older runs than the previous one are dropped, but for those that are open. */
  open(run: LogRun, limits: LogLimits): Promise<{ readonly stdout: string; readonly stderr: string }>;
  /** Everything the process wrote is in the file (or the deadline passed); the FIFOs are closed and gone. Idempotent. */
  drain(run: LogRun, deadlineMs?: number): Promise<void>;
  /** The last bytes written, for termination messages. */
  tail(run: LogRun, maxLines: number, maxBytes: number): Promise<string>;
  /** Output of one run, over rotations. With `follow` until the signal, the end of that run, or `ended` resolves. */
  read(run: LogRun, options: ReadLogOptions): AsyncIterable<Uint8Array>;
  /** Joins the output of a run that is open. Rejects with NotFound when it is not, or no more. */
  attach(run: LogRun): Promise<AttachedOutput>;
  /** The object is gone: its files too. */
  remove(log: string): Promise<void>;
  /** The newest run that was opened; undefined when there is none. Tells a new daemon what the old one did not write down. */
  latestRun(log: string): Promise<number | undefined>;
  /** Owner uids that have files. */
  list(): Promise<readonly string[]>;
}
