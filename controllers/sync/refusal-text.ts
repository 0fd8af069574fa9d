import { ApiError } from '../../client/client.ts';
import type { KindRef } from '../../schemas/object.ts';
import { shownObject } from './names.ts';
import type { WantedObject } from './target.ts';

/** Why the server will not have an object, with its place; undefined for trouble that is nobody's fault, and for what is no answer of the server. */
export function refusalText(error: unknown, wanted: WantedObject): string | undefined {
  if (!(error instanceof ApiError) || isTrouble(error)) return undefined;
  const field = error.status.details?.causes?.find((cause) => cause.field !== undefined)?.field;
  return `${wanted.place(field)}: ${shownObject(wanted.object)}: ${messageOf(error, wanted.object)}`;
}

/** Such a pass is tried again as a whole. */
const isTrouble = ({ code, reason }: ApiError): boolean =>
  code === 0 || code === 429 || code >= 500 || reason === 'Conflict';

/** What is wrong with a Secret is told without what is in it. */
function messageOf({ message, status, reason }: ApiError, { apiVersion, kind }: KindRef): string {
  if (apiVersion !== 'v1' || kind !== 'Secret' || reason !== 'Invalid') return message;
  const fields = (status.details?.causes ?? []).flatMap(({ field, reason: why }) =>
    field ? [`${field} (${why})`] : [],
  );
  return `it is invalid: ${fields.join(', ')}`;
}
