import { isRuntimeError } from '../../errors.ts';
import type { ContainersContext } from '../containers/context.ts';
import { deleteExec, killExec, waitForExit } from './calls.ts';
import type { ExecName } from './fifos.ts';

/** Milliseconds from SIGKILL to the exit. */
const EXIT_DEADLINE = 10_000;

/** Ends a process in whatever state it is: made, running, ended, gone. Rejects with RuntimeError, Cancelled when it does not end. */
export async function endExec(context: ContainersContext, name: ExecName): Promise<void> {
  try {
    // First, as one that was made and never started would be waited for in vain.
    return await deleteExec(context, name);
  } catch (error) {
    if (isRuntimeError(error, 'Unavailable')) throw error;
  }
  await killExec(context, name);
  await waitForExit(context, name, AbortSignal.timeout(EXIT_DEADLINE));
  await deleteExec(context, name);
}
