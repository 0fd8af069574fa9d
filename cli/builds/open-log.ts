import { resourcePath } from '../../client/resource-path.ts';
import { build } from '../../schemas/definitions/build.ts';
import type { ProgressEntry } from '../../schemas/values/build-progress/entry.ts';
import { parseProgressLine } from '../../schemas/values/build-progress/json.ts';
import { linesIn } from '../commands/logs/lines-in.ts';
import type { Session } from '../connect/session.ts';
import { refOf } from '../kinds/directory.ts';

/** A Build of a namespace. */
export interface BuildRef {
  readonly namespace: string;
  readonly name: string;
}

export interface BuildLogQuery {
  /** Absent: the newest. */
  readonly number?: number;
  readonly follow: boolean;
}

/** Entries of the log of a build as they come. Rejects with ApiError. */
export async function* openBuildLog(
  { client }: Session,
  ref: BuildRef,
  { number, follow }: BuildLogQuery,
  signal: AbortSignal,
): AsyncGenerator<ProgressEntry> {
  const path = resourcePath({ ...refOf(build), ...ref, subresource: 'log' }, build);
  const query = new URLSearchParams({ format: 'json' });
  if (number !== undefined) query.set('build', String(number));
  if (follow) query.set('follow', 'true');
  for await (const line of linesIn(await client.stream(`${path}?${query.toString()}`, { signal, accept: '*/*' }))) {
    const entry = parseProgressLine(line.toString('utf8'));
    if (entry !== undefined) yield entry;
  }
}
