/**
 * The ContentProxy port: an image store's content service for somebody else's program, message by message.
 *
 * A builder reads base images from, and writes its results to, a content store that it reaches over its session with us. We are no more than a
 * pipe: messages pass as bytes, in both directions, with back-pressure; what they say is the business of the two ends, which speak the same
 * protocol (`containerd.services.content.v1.Content`). What a proxy lets through is decided where it is made: one for reading serves the blobs
 * of one image, one for writing adds blobs under a lease, and neither ever deletes.
 */

/** A method of the content service: `Info`, `Status`, `ListStatuses`, `Write`, `Abort`, `Read`. */
export type ContentMethod = 'Info' | 'Status' | 'ListStatuses' | 'Write' | 'Abort' | 'Read';

/** What a proxy for reading lets through. */
export const READ_METHODS: readonly ContentMethod[] = ['Info', 'Read'];
/** What a proxy for writing lets through: never Delete, List or Update. */
export const WRITE_METHODS: readonly ContentMethod[] = ['Info', 'Status', 'ListStatuses', 'Write', 'Abort', 'Read'];

export interface ContentProxy {
  /** The methods that it lets through; others are for the caller to refuse. */
  readonly methods: readonly ContentMethod[];
  /**
   * One call: messages of the request in, messages of the answer out, both without any framing. Ends when the other side does. Rejects with
   * ContentCallError for an error of the store, which goes to the caller as it is.
   */
  call(method: ContentMethod, requests: AsyncIterable<Uint8Array>, signal: AbortSignal): AsyncIterable<Uint8Array>;
}

/** The store's own answer: not an error of ours, but one that the peer wants to know by its number (5: there is no such blob). */
export class ContentCallError extends Error {
  override readonly name = 'ContentCallError';
  /** gRPC status code. */
  readonly status: number;
  constructor(status: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
  }
}
