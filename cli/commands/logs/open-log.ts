import type { ByteStream } from '../../../client/http.ts';
import { resourcePath } from '../../../client/resource-path.ts';
import { container } from '../../../schemas/definitions/container.ts';
import type { Session } from '../../connect/session.ts';
import { refOf } from '../../kinds/directory.ts';

/** Parameters of the log subresource, as pods/log names them. */
export interface LogQuery {
  readonly follow?: boolean;
  readonly previous?: boolean;
  readonly timestamps?: boolean;
  readonly tailLines?: number;
  readonly sinceSeconds?: number;
  /** RFC 3339. */
  readonly sinceTime?: string;
  readonly limitBytes?: number;
}

/** The bytes of a log as they come. Rejects with ApiError. */
export async function openLog(
  { client, namespace }: Session,
  name: string,
  query: LogQuery,
  signal: AbortSignal,
): Promise<ByteStream> {
  const path = resourcePath({ ...refOf(container), namespace, name, subresource: 'log' }, container);
  const parameters = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) if (value !== false) parameters.set(key, String(value));
  const text = parameters.toString();
  return await client.stream(text === '' ? path : `${path}?${text}`, { signal, accept: '*/*' });
}
