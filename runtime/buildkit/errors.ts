/** The named crossing from calls to RuntimeError, for everything but the failure of a build (failure/). */
import { RuntimeError, type RuntimeErrorCode } from '../errors.ts';
import { CallError, STATUS } from './grpc/status.ts';

const CODES: Readonly<Record<number, RuntimeErrorCode>> = {
  [STATUS.cancelled]: 'Unavailable',
  [STATUS.invalidArgument]: 'InvalidArgument',
  [STATUS.deadlineExceeded]: 'DeadlineExceeded',
  [STATUS.notFound]: 'NotFound',
  [STATUS.permissionDenied]: 'Unauthorized',
  [STATUS.resourceExhausted]: 'ResourceExhausted',
  [STATUS.unimplemented]: 'Unsupported',
  [STATUS.unavailable]: 'Unavailable',
  [STATUS.unauthenticated]: 'Unauthorized',
};

/** Runs calls to a builder; `title` names it in messages. */
export async function translated<T>(title: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw toRuntimeError(error, title);
  }
}

/** Any error as a RuntimeError; one that is already passes unchanged. */
export function toRuntimeError(error: unknown, title: string): RuntimeError {
  if (error instanceof RuntimeError) return error;
  if (!(error instanceof CallError)) {
    const text = error instanceof Error ? error.message : String(error);
    return new RuntimeError('Internal', `${title}: ${text}`, { cause: error });
  }
  if (error.cancelledByUs) return new RuntimeError('Cancelled', 'cancelled', { cause: error });
  if (isDiskFull(error.message)) {
    return new RuntimeError('ResourceExhausted', `${title}: its disk is full: ${error.message}`, {
      cause: error,
      reason: 'DiskFull',
    });
  }
  const code = CODES[error.status] ?? 'Internal';
  const reason = REASONS[code];
  const text = error.lost ? `${title} went away: ${error.message}` : `${title}: ${error.message}`;
  return new RuntimeError(code, text, { cause: error, ...(reason === undefined ? {} : { reason }) });
}

const REASONS: Partial<Record<RuntimeErrorCode, string>> = {
  Unavailable: 'BuilderUnavailable',
  DeadlineExceeded: 'BuilderUnavailable',
  Unsupported: 'BuilderTooOld',
};

export function isDiskFull(text: string): boolean {
  return /no space left on device|disk quota exceeded/i.test(text);
}

/** Whether a call failed with this status. */
export function isCall(error: unknown, status: number): error is CallError {
  return error instanceof CallError && error.status === status;
}
