import { ApiError } from '../../client/client.ts';
import { explainUnreachable } from '../connect/session.ts';

/** What a person reads about a failure, in kubectl's form: refusals of the server by their reason, the rest as `error:`. */
export function errorLines(error: unknown, where: string): readonly string[] {
  const unreachable = explainUnreachable(error, where);
  if (unreachable !== undefined) return [`error: ${unreachable.message}`];
  if (error instanceof ApiError) return refusalLines(error);
  if (!(error instanceof Error)) return [`error: ${String(error)}`];
  if (error.name === 'TimeoutError') return ['error: the server did not answer within --request-timeout'];
  return error.message.split('\n').map((line) => `error: ${line}`);
}

function refusalLines({ status, reason, message }: ApiError): readonly string[] {
  const { kind = '', name = '', causes = [] } = status.details ?? {};
  if (reason !== 'Invalid' || kind === '') return [`Error from server (${reason}): ${message}`];
  const told = causes.map(
    (cause) => `${cause.field === undefined || cause.field === '' ? '' : `${cause.field}: `}${cause.message ?? ''}`,
  );
  const head = `The ${kind} "${name}" is invalid:`;
  if (told.length > 1) return [head, ...told.map((line) => `* ${line}`)];
  return [`${head} ${told[0] ?? message}`];
}
