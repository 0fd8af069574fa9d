/**
 * What every program that outlives the daemon says to it: one JSON object a line, on a unix socket that only our user may open. `hello` and
 * `retire` let a newer daemon replace an older program, and must never change; the rest is the program's own.
 */
export type ResidentMessage = { readonly op: 'hello' } | { readonly op: 'retire' };

/** `id` ties an answer to its request. */
export type Request<Message> = Message & { readonly id: number };

export interface ResidentAnswer {
  readonly id: number;
  /** What went wrong; absent: it is done. */
  readonly error?: { readonly code: string; readonly message: string };
  /** Only of `hello`. */
  readonly protocol?: number;
  /** Only of `hello`: which copy of the program this is. */
  readonly version?: string;
}
