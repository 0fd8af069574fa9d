import { RuntimeError, type RuntimeErrorCode } from '../errors.ts';
import { GrpcError, type GrpcCode } from '../../proto/grpc/error.ts';

const CODES: Readonly<Record<GrpcCode, RuntimeErrorCode>> = {
  CANCELLED: 'Unavailable',
  UNKNOWN: 'Internal',
  INVALID_ARGUMENT: 'InvalidArgument',
  DEADLINE_EXCEEDED: 'DeadlineExceeded',
  NOT_FOUND: 'NotFound',
  ALREADY_EXISTS: 'AlreadyExists',
  PERMISSION_DENIED: 'Unauthorized',
  RESOURCE_EXHAUSTED: 'ResourceExhausted',
  FAILED_PRECONDITION: 'FailedPrecondition',
  ABORTED: 'FailedPrecondition',
  OUT_OF_RANGE: 'InvalidArgument',
  UNIMPLEMENTED: 'Unsupported',
  INTERNAL: 'Internal',
  UNAVAILABLE: 'Unavailable',
  DATA_LOSS: 'Corrupt',
  UNAUTHENTICATED: 'Unauthorized',
};

/** The one crossing from gRPC to `runtime/`: runs `work`; `doing` says in the message what could not be done. */
export async function translated<T>(doing: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw toRuntimeError(error, doing);
  }
}

/** Any error as a RuntimeError; one that is already passes unchanged. */
export function toRuntimeError(error: unknown, doing: string): RuntimeError {
  if (error instanceof RuntimeError) return error;
  // Closing something failed as well: what happened first is what matters.
  if (error instanceof SuppressedError) return toRuntimeError(error.suppressed, doing);
  if (!(error instanceof GrpcError)) {
    const text = error instanceof Error ? error.message : String(error);
    return new RuntimeError('Internal', `${doing}: ${text}`, { cause: error });
  }
  const code = codeOf(error);
  const text =
    code === 'Unavailable'
      ? `containerd does not answer (${connectionTrouble(error.details)})`
      : readable(error.details);
  return new RuntimeError(code, `${doing}: ${text}`, {
    cause: error,
    ...(isDiskFull(error) ? { reason: 'DiskFull' } : {}),
  });
}

/** Whether a call failed, and with one of these codes if any are given. */
export function isGrpc(error: unknown, ...codes: readonly GrpcCode[]): error is GrpcError {
  return error instanceof GrpcError && (codes.length === 0 || codes.includes(error.code));
}

/** Resolves to undefined instead of rejecting with NOT_FOUND: already gone. */
export async function unlessGone<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (isGrpc(error, 'NOT_FOUND')) return undefined;
    throw error;
  }
}

/** Resolves to undefined instead of rejecting with ALREADY_EXISTS: already so. */
export async function unlessThere<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (isGrpc(error, 'ALREADY_EXISTS')) return undefined;
    throw error;
  }
}

/** A killed containerd shows as CANCELLED or as a reset stream, depending on how far a call had come. */
function codeOf(error: GrpcError): RuntimeErrorCode {
  if (error.cancelledByUs) return 'Cancelled';
  if (isDiskFull(error)) return 'ResourceExhausted';
  if (error.code === 'INTERNAL' && /RST_STREAM|GOAWAY|ECONNRESET/.test(error.details)) return 'Unavailable';
  // Only our own channel says this about size: such a call can never work.
  if (error.code === 'RESOURCE_EXHAUSTED' && /larger than max/.test(error.details)) return 'InvalidArgument';
  return CODES[error.code];
}

function isDiskFull(error: GrpcError): boolean {
  return /no space left on device|disk quota exceeded/i.test(error.details);
}

/** containerd ends texts with the name of the code that it sends anyway. */
function readable(details: string): string {
  return details.replace(/(: (unknown|not found|already exists|invalid argument|failed precondition))+$/, '').trim();
}

/** grpc-js wraps what the socket said: `No connection established. Last error: … Resolution note: …`. */
function connectionTrouble(details: string): string {
  return details
    .replace(/^No connection established\. Last error: (?:Error: )?/, '')
    .replace(/\. ?Resolution note:.*$/, '');
}
