/**
 * Talking to a process of an object: the ports that `exec` and `attach` cross from the API to whoever has a runtime.
 *
 * - `exec` starts one more process beside the object's own; disposing of it kills that process.
 * - `attach` joins the object's own process; disposing of it only lets go.
 *
 * What goes in is bounded by `write`, which resolves when more can be taken; what comes out by the reader, who takes
 * the next piece when he has got rid of the last one. Neither side holds more than it must.
 */
import type { CallContext } from './resource.ts';

/** Character cells of a terminal. */
export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

/** A process that somebody far away talks to. Disposing it kills what exec started, and lets go of what was attached. */
export interface RemoteProcess extends AsyncDisposable {
  /** Output until the process closes it; with a terminal all of it. Iterated at most once. */
  readonly stdout: AsyncIterable<Uint8Array>;
  /** Empty with a terminal. Iterated at most once. */
  readonly stderr: AsyncIterable<Uint8Array>;
  /** Resolves when more can be taken. What is written after the end is ignored. */
  write(bytes: Uint8Array): Promise<void>;
  closeInput(): Promise<void>;
  /** Does nothing without a terminal. */
  resize(size: TerminalSize): Promise<void>;
  /** 0 to 255; rejects when the process could not be started or was lost. */
  readonly exited: Promise<{ readonly exitCode: number }>;
}

/** What core/v1 PodExecOptions asks for; checked: a terminal has no stderr of its own. */
export interface ExecQuery {
  /** Absent: the only one, or the first. */
  readonly container?: string;
  /** Program and arguments; never empty. */
  readonly command: readonly string[];
  /** Which streams the caller wants. */
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
  readonly tty: boolean;
}

/** As ExecQuery: the process is there already. */
export type AttachQuery = Omit<ExecQuery, 'command'>;

/** Starts processes beside an object's own. */
export interface Execer {
  /** Refuses with a StatusError when the object does not run; what goes wrong after the start is in `exited`. */
  exec(context: CallContext, name: string, query: ExecQuery): Promise<RemoteProcess>;
}

/** Joins an object's own process. */
export interface Attacher {
  /** Refuses with a StatusError when the object does not run. */
  attach(context: CallContext, name: string, query: AttachQuery): Promise<RemoteProcess>;
}
