import { isRuntimeError, type RuntimeError } from '../../runtime/errors.ts';
import { REASONS } from '../../schemas/conditions.ts';
import { ReconcileError } from './contract.ts';

/** A host path that is missing may come any moment, and nothing tells us when. */
const HOST_PATH_POLL_MS = 10_000;

/** The real path that the Volumes port answers. Throws the outcome of one that the daemon does not allow, that is missing, or something else. */
export async function hostPath(answer: Promise<string>): Promise<string> {
  try {
    return await answer;
  } catch (error) {
    if (!isRuntimeError(error)) throw error;
    throw hostPathError(error);
  }
}

/** What the daemon forbids only a person can allow; what is not there yet may come. */
function hostPathError(error: RuntimeError): ReconcileError {
  const { code, message } = error;
  if (code === 'InvalidArgument') {
    const reason = error.reason ?? REASONS.HostPathNotAllowed;
    return new ReconcileError({ type: 'stalled', reason, message }, { cause: error });
  }
  const reason = error.reason ?? (code === 'NotFound' ? REASONS.HostPathNotFound : REASONS.HostPathWrongType);
  return new ReconcileError({ type: 'waiting', reason, message, requeueAfterMs: HOST_PATH_POLL_MS }, { cause: error });
}
