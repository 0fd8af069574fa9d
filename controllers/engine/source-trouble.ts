import { isRuntimeError } from '../../runtime/errors.ts';
import { REASONS, type Reason } from '../../schemas/conditions.ts';
import { ReconcileError } from './contract.ts';

/** Reasons for failures that bring none of their own. */
export interface SourceReasons {
  readonly notFound: Reason;
  readonly invalid: Reason;
  readonly failed: Reason;
}

/** Why what an object is made from cannot be had, as an outcome; any other error comes back as it is. */
export function sourceTrouble(error: unknown, { notFound, invalid, failed }: SourceReasons): unknown {
  if (!isRuntimeError(error)) return error;
  const { code, message } = error;
  const outcome = (type: 'stalled' | 'waiting', reason: Reason) =>
    new ReconcileError({ type, reason: error.reason ?? reason, message }, { cause: error });
  switch (code) {
    case 'NotFound':
      return outcome('waiting', notFound);
    case 'InvalidArgument':
      return outcome('stalled', invalid);
    case 'Unsupported':
      return outcome('stalled', failed);
    case 'Unauthorized':
      return outcome('waiting', REASONS.Unauthorized);
    case 'ResourceExhausted':
      return outcome('waiting', REASONS.DiskFull);
    case 'AlreadyExists':
    case 'FailedPrecondition':
    case 'Corrupt':
    case 'Unavailable':
    case 'DeadlineExceeded':
    case 'Cancelled':
    case 'Internal':
      return outcome('waiting', failed);
  }
}
