import { Control as ControlService, type UsageRecord } from '../../proto/gen/buildkit/control_pb.ts';
import type { CacheRecord, PruneOptions } from '../ports/builders.ts';
import type { GrpcConnection } from './grpc/connection.ts';
import { callServerStream, callUnary } from './grpc/typed.ts';
import { milliseconds } from './times.ts';

/** A cache of many thousands of records takes a while. */
const DEADLINE = 60_000;

/** What is in a builder's cache. */
export async function readUsage(connection: GrpcConnection, signal: AbortSignal | undefined): Promise<CacheRecord[]> {
  const { record } = await callUnary(connection, ControlService.method.diskUsage, {}, { signal, deadline: DEADLINE });
  return record.map(recordOf);
}

/** Throws away what the options allow. There is no deadline: a builder removes files while it answers. */
export async function pruneCache(
  connection: GrpcConnection,
  { keepBytes, keepDurationMs, all = false, filters = [] }: PruneOptions,
  signal: AbortSignal | undefined,
): Promise<{ readonly records: number; readonly bytes: number }> {
  let records = 0;
  let bytes = 0;
  // Builders before 0.17 know the first number only, as what may stay; later ones take it for what has to, and the second for what may.
  const keep = keepBytes === undefined ? {} : { reservedSpace: BigInt(keepBytes), maxUsedSpace: BigInt(keepBytes) };
  const request = {
    filter: [...filters],
    all,
    ...keep,
    ...(keepDurationMs === undefined ? {} : { keepDuration: BigInt(Math.round(keepDurationMs)) * 1_000_000n }),
  };
  for await (const { size } of callServerStream(connection, ControlService.method.prune, request, { signal })) {
    records += 1;
    bytes += Number(size);
  }
  return { records, bytes };
}

function recordOf(record: UsageRecord): CacheRecord {
  const { createdAt, lastUsedAt } = record;
  return {
    id: record.id,
    type: record.recordType,
    description: record.description,
    sizeBytes: Number(record.size),
    inUse: record.inUse,
    shared: record.shared,
    ...(createdAt === undefined ? {} : { createdAt: milliseconds(createdAt) }),
    ...(lastUsedAt === undefined ? {} : { lastUsedAt: milliseconds(lastUsedAt) }),
    usageCount: Number(record.usageCount),
  };
}
