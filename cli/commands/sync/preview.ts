import { resourcePath } from '../../../client/resource-path.ts';
import { sync as syncKind } from '../../../schemas/definitions/sync.ts';
import type { KubeObject } from '../../../schemas/object.ts';
import { decodeJson } from '../../../schemas/text/json.ts';
import type { Session } from '../../connect/session.ts';
import type { ObjectChange } from '../../plan/report.ts';
import { linesIn } from '../logs/lines-in.ts';
import { syncRef } from './one-sync.ts';

/** What the next application of a Sync would do. */
export interface Preview {
  readonly revision: string;
  readonly changes: readonly ObjectChange[];
  /** What would be refused, or cannot be read. */
  readonly problems: readonly string[];
  /** What would stay as it is. */
  readonly notes: readonly string[];
}

/** A line of the answer, as the server writes it. */
interface Line {
  readonly type: string;
  readonly revision?: string;
  readonly live?: KubeObject;
  readonly merged?: KubeObject;
  readonly message?: string;
}

/** Rejects with ApiError: the message says what keeps the Sync from applying anything. */
export async function readPreview(session: Session, name: string, signal: AbortSignal): Promise<Preview> {
  const path = resourcePath({ ...syncRef(session, name), subresource: 'diff' }, syncKind);
  const changes: ObjectChange[] = [];
  const problems: string[] = [];
  const notes: string[] = [];
  let source: string | undefined;
  for await (const line of linesIn(await session.client.stream(path, { signal, accept: '*/*' }))) {
    const { type, revision, live, merged, message = '' } = decodeJson(line.toString('utf8')).value as unknown as Line;
    if (type === 'source') source = revision;
    else if (type === 'object') changes.push({ live, merged });
    else if (type === 'problem') problems.push(message);
    else notes.push(message);
  }
  return { revision: source ?? '', changes, problems, notes };
}
