/** gRPC's status codes by name (https://grpc.io/docs/guides/status-codes), `OK` left out. */
export type GrpcCode =
  | 'CANCELLED'
  | 'UNKNOWN'
  | 'INVALID_ARGUMENT'
  | 'DEADLINE_EXCEEDED'
  | 'NOT_FOUND'
  | 'ALREADY_EXISTS'
  | 'PERMISSION_DENIED'
  | 'RESOURCE_EXHAUSTED'
  | 'FAILED_PRECONDITION'
  | 'ABORTED'
  | 'OUT_OF_RANGE'
  | 'UNIMPLEMENTED'
  | 'INTERNAL'
  | 'UNAVAILABLE'
  | 'DATA_LOSS'
  | 'UNAUTHENTICATED';

/** Code n stands at index n - 1. */
const CODES: readonly GrpcCode[] = [
  'CANCELLED',
  'UNKNOWN',
  'INVALID_ARGUMENT',
  'DEADLINE_EXCEEDED',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'PERMISSION_DENIED',
  'RESOURCE_EXHAUSTED',
  'FAILED_PRECONDITION',
  'ABORTED',
  'OUT_OF_RANGE',
  'UNIMPLEMENTED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
  'UNAUTHENTICATED',
];

/**
 * The one error of this bridge. `details` is what the server (or the channel) said, without the code; `method` is
 * `package.Service/Method`; `cancelledByUs` tells our own AbortSignal from a cancellation by the other side.
 */
export class GrpcError extends Error {
  override readonly name = 'GrpcError';
  readonly code: GrpcCode;
  readonly details: string;
  readonly method: string;
  readonly cancelledByUs: boolean;
  constructor(
    code: GrpcCode,
    details: string,
    method: string,
    options: { cause?: unknown; cancelledByUs?: boolean } = {},
  ) {
    super(`${method}: ${code}: ${details}`, options.cause === undefined ? {} : { cause: options.cause });
    this.code = code;
    this.details = details;
    this.method = method;
    this.cancelledByUs = options.cancelledByUs ?? false;
  }
}

/** The status code's number, as it goes over the wire. */
export function statusNumber(code: GrpcCode): number {
  return CODES.indexOf(code) + 1;
}

/** Whatever grpc-js threw or emitted, as a GrpcError. An aborted signal makes it CANCELLED, with the signal's reason as cause. */
export function toGrpcError(error: unknown, method: string, signal?: AbortSignal): GrpcError {
  if (error instanceof GrpcError) return error;
  if (signal?.aborted === true) return cancelledError(method, signal);
  if (!(error instanceof Error)) return new GrpcError('UNKNOWN', String(error), method, { cause: error });
  const { code, details } = error as Error & { code?: unknown; details?: unknown };
  const name = typeof code === 'number' ? CODES[code - 1] : undefined;
  return new GrpcError(name ?? 'UNKNOWN', typeof details === 'string' ? details : error.message, method, {
    cause: error,
  });
}

/** The error of a call that its own AbortSignal ended. */
export function cancelledError(method: string, signal: AbortSignal): GrpcError {
  return new GrpcError('CANCELLED', 'aborted by the caller', method, { cause: signal.reason, cancelledByUs: true });
}
