import { RuntimeError } from '../../errors.ts';
import { StatusError, type ServerCall, type SessionMethods } from '../grpc/server.ts';
import { receiveArchive } from './archive-sink.ts';
import { receiveDirectory } from './directory-sink.ts';

/** Where an output of a build goes. Absolute paths. */
export type Sink =
  /** A tar, as the exporter makes it: complete, and durable, or not there at all. */
  | { readonly type: 'file'; readonly path: string }
  /** Files, in a directory that is made when it is not there; others in it stay. */
  | { readonly type: 'directory'; readonly path: string };

export interface FileSendOptions {
  /** By place of the exporter in the request. */
  readonly sinks: ReadonlyMap<number, Sink>;
  /** Why an output failed, when it is our side's fault; the builder hears it too, but tells it in its own words. */
  readonly onFailure?: (sink: Sink, error: RuntimeError) => void;
}

/**
 * Results of a build, `moby.filesync.v1.FileSend/DiffCopy`: the builder calls once for each output that goes over the session. The build has succeeded
 * for it when we say so, and that is when everything is on disk.
 */
export function fileSend(options: FileSendOptions): SessionMethods {
  return new Map([['/moby.filesync.v1.FileSend/DiffCopy', (call) => receive(call, options)]]);
}

async function receive(call: ServerCall, { sinks, onFailure }: FileSendOptions): Promise<void> {
  // Builders before there were several outputs do not say which.
  const id = Number(call.header('buildkit-attachable-exporter-id')[0] ?? '0');
  const sink = sinks.get(id);
  if (sink === undefined) throw new StatusError(5, `there is no output ${id}`);
  try {
    if (sink.type === 'file') await receiveArchive(call, sink.path);
    else await receiveDirectory(call, sink.path);
  } catch (error) {
    if (!(error instanceof RuntimeError)) throw error;
    onFailure?.(sink, error);
    throw new StatusError(error.code === 'ResourceExhausted' ? 8 : 2, error.message, { cause: error });
  }
}
