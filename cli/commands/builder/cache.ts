import { resourcePath } from '../../../client/resource-path.ts';
import { builder as builderKind } from '../../../schemas/definitions/builder.ts';
import type { Session } from '../../connect/session.ts';
import { refOf } from '../../kinds/directory.ts';
import { linesIn } from '../logs/lines-in.ts';

/** A record of a build cache, as the server tells it. */
export interface CacheRecord {
  readonly id: string;
  readonly type: string;
  readonly description: string;
  readonly sizeBytes: number;
  readonly inUse: boolean;
  readonly shared: boolean;
  /** Milliseconds since the epoch. */
  readonly createdAt?: number;
  readonly lastUsedAt?: number;
  readonly usageCount: number;
}

/** The path of a subresource of a builder. */
export const pathOf = (name: string, subresource: 'cache' | 'prune'): string =>
  resourcePath({ ...refOf(builderKind), name, subresource }, builderKind);

/** Rejects with ApiError. */
export async function recordsOf(
  { client }: Session,
  name: string,
  signal: AbortSignal,
): Promise<readonly CacheRecord[]> {
  const records: CacheRecord[] = [];
  for await (const line of linesIn(await client.stream(pathOf(name, 'cache'), { signal, accept: '*/*' })))
    records.push(JSON.parse(line.toString('utf8')) as CacheRecord);
  return records;
}
