/**
 * The one error that leaves `runtime/`. Adapters translate gRPC codes, exit codes, errno and HTTP statuses into this
 * closed list, keep the origin as `cause`, and scrub secrets before they make the message.
 */
export type RuntimeErrorCode =
  /** Already gone, or never there. Often success. */
  | 'NotFound'
  /** Already so. Often success. */
  | 'AlreadyExists'
  /** The caller asked for something that can never work: bad reference, bad spec, kernel refuses the limit. */
  | 'InvalidArgument'
  /** Not in this state: the task still runs, the image is in use. */
  | 'FailedPrecondition'
  /** Credentials are missing, wrong, or not enough. */
  | 'Unauthorized'
  /** A digest, a size or a format is not what was promised. */
  | 'Corrupt'
  /** The program on the other side is not there or does not answer: heals by itself. */
  | 'Unavailable'
  /** It answered too late. */
  | 'DeadlineExceeded'
  /** No space, no memory, too many of something. */
  | 'ResourceExhausted'
  /** We were told to stop. */
  | 'Cancelled'
  /** This machine or version cannot do it. */
  | 'Unsupported'
  /** Anything else; a bug, ours or theirs. */
  | 'Internal';

export class RuntimeError extends Error {
  override readonly name = 'RuntimeError';
  readonly code: RuntimeErrorCode;
  /** A CamelCase reason for a condition, where the adapter knows one better than the code. */
  readonly reason?: string;
  constructor(code: RuntimeErrorCode, message: string, options: { cause?: unknown; reason?: string } = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.code = code;
    if (options.reason !== undefined) this.reason = options.reason;
  }
}

export function isRuntimeError(error: unknown, ...codes: readonly RuntimeErrorCode[]): error is RuntimeError {
  return error instanceof RuntimeError && (codes.length === 0 || codes.includes(error.code));
}
