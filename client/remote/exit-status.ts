import { ApiError } from '../client.ts';
import { isObject } from '../../schemas/structural/own.ts';
import type { JsonValue, Status } from '../../schemas/object.ts';
import { decodeJson } from '../../schemas/text/json.ts';

/**
 * What the last message of a remote process says: Success is 0, and a Failure for `NonZeroExitCode` has the code among its causes. Rejects
 * with ApiError for every other failure: there is no exit code, as the process could not be started or was lost.
 */
export async function exitCodeOf(bytes: Uint8Array): Promise<{ readonly exitCode: number }> {
  const status = parse(Buffer.from(bytes).toString());
  if (status.status === 'Success') return { exitCode: 0 };
  if (status.reason === 'NonZeroExitCode') {
    const cause = status.details?.causes?.find(({ reason }) => reason === 'ExitCode');
    const exitCode = Number(cause?.message);
    if (Number.isInteger(exitCode)) return { exitCode };
  }
  throw new ApiError(status);
}

function parse(text: string): Status {
  const value = decoded(text);
  if (isObject(value) && value['status'] === 'Success') return { ...success, ...value };
  if (isObject(value) && value['status'] === 'Failure') {
    return { ...success, message: 'the process could not be started', reason: 'InternalError', code: 500, ...value };
  }
  return { ...success, status: 'Failure', reason: 'InternalError', message: text, code: 500 };
}

const success: Status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success' };

/** Servers before v4 of the protocol say what went wrong in plain words. */
function decoded(text: string): JsonValue | undefined {
  try {
    return decodeJson(text).value;
  } catch {
    return undefined;
  }
}
