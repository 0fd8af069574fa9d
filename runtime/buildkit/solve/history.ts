import { fromBinary } from '@bufbuild/protobuf';
import { Control as ControlService, BuildHistoryEventType } from '../../../proto/gen/buildkit/control_pb.ts';
import { Content } from '../../../proto/gen/containerd/content_pb.ts';
import { StatusSchema } from '../../../proto/gen/google/rpc-status_pb.ts';
import { failureOf, type FailureStatus } from '../failure/status.ts';
import type { GrpcConnection } from '../grpc/connection.ts';
import { callServerStream, callUnary } from '../grpc/typed.ts';

const DEADLINE = 10_000;
/** The blob holds the whole Dockerfile, twice encoded. */
const MAX_ERROR_BYTES = 16 * 1024 * 1024;

/**
 * How a build failed, from the builder's own records; undefined while it runs, or when it went well. The answer of the build itself may never come:
 * a header longer than 64 KiB stops Node's HTTP/2 connection without a word, and the error travels in one. Rejects with CallError.
 */
export async function recordedFailure(
  connection: GrpcConnection,
  ref: string,
  signal: AbortSignal,
): Promise<FailureStatus | undefined> {
  const request = { ref, earlyExit: true };
  const settings = { signal, deadline: DEADLINE };
  for await (const { type, record } of callServerStream(
    connection,
    ControlService.method.listenBuildHistory,
    request,
    settings,
  )) {
    if (type !== BuildHistoryEventType.COMPLETE || record?.ref !== ref || record.error === undefined) continue;
    // Later builders keep the details in a blob, earlier ones in the record.
    const digest = record.externalError?.digest ?? '';
    return failureOf(
      digest === '' ? record.error : fromBinary(StatusSchema, await readBlob(connection, digest, signal)),
    );
  }
  return undefined;
}

/**
 * Records keep blobs alive; nobody needs ours. One that is not complete yet cannot be deleted, so this waits for it. Where it fails the builder keeps the
 * record until its own limit.
 */
export async function deleteRecord(connection: GrpcConnection, ref: string): Promise<void> {
  const method = ControlService.method.listenBuildHistory;
  const settings = { deadline: DEADLINE };
  try {
    for await (const { type, record } of callServerStream(connection, method, { ref }, settings)) {
      if (type === BuildHistoryEventType.COMPLETE && record?.ref === ref) break;
    }
    await callUnary(connection, ControlService.method.updateBuildHistory, { ref, delete: true }, settings);
  } catch {
    // Nothing hangs on it.
  }
}

async function readBlob(connection: GrpcConnection, digest: string, signal: AbortSignal): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const { data } of callServerStream(
    connection,
    Content.method.read,
    { digest },
    { signal, deadline: DEADLINE },
  )) {
    parts.push(data);
    size += data.length;
    if (size > MAX_ERROR_BYTES) break;
  }
  return Buffer.concat(parts);
}
