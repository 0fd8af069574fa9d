/**
 * What the daemon and logd say to each other: one JSON object a line, on a unix socket that only our user may open. Two
 * messages do the work; `hello` and `retire` let a newer daemon replace an older logd, and must never change.
 */
export const protocolVersion = 1;

export interface OpenMessage {
  readonly op: 'open';
  readonly log: string;
  readonly run: number;
  /** FIFOs that exist. */
  readonly stdout: string;
  readonly stderr: string;
  /** Where the files of the run go: `<directory>/<run>-<sequence>.log`; it exists. */
  readonly directory: string;
  readonly maxBytes: number;
  readonly maxFiles: number;
}

export interface DrainMessage {
  readonly op: 'drain';
  readonly log: string;
  readonly run: number;
  /** Milliseconds to wait for the end of the streams. */
  readonly deadline: number;
}

export type Message = OpenMessage | DrainMessage | { readonly op: 'hello' } | { readonly op: 'retire' };

/** `id` ties an answer to its request. */
export type Request = Message & { readonly id: number };

export interface Answer {
  readonly id: number;
  /** What went wrong; absent: it is done. */
  readonly error?: { readonly code: string; readonly message: string };
  /** Only of `hello`. */
  readonly protocol?: number;
  /** Only of `hello`: which copy of the program this is. */
  readonly version?: string;
}

/** The name of a run's registration in the run directory, present from before `open` is answered until the run has ended. */
export function registrationName(log: string, run: number): string {
  return `${log}.${run}.json`;
}

/** The opposite of registrationName; undefined for other files. */
export function parseRegistrationName(name: string): { readonly log: string; readonly run: number } | undefined {
  const [, log, run] = /^(.+)\.(\d+)\.json$/.exec(name) ?? [];
  return log === undefined ? undefined : { log, run: Number(run) };
}

/** The name of one file of a run. The highest sequence is the one that is written to. */
export function segmentName(run: number, sequence: number): string {
  return `${run}-${sequence}.log`;
}

/** The opposite of segmentName; undefined for other files. */
export function parseSegmentName(name: string): { readonly run: number; readonly sequence: number } | undefined {
  const [, run, sequence] = /^(\d+)-(\d+)\.log$/.exec(name) ?? [];
  return run === undefined ? undefined : { run: Number(run), sequence: Number(sequence) };
}
