import type { Endpoint } from './endpoint/endpoint.ts';
import type { GrpcConnection } from './grpc/connection.ts';
import { CallError } from './grpc/status.ts';
import { unlessAborted } from './signals.ts';

/** The one long-lived connection of a builder: for everything that is short, and for what follows a build. */
export interface Control extends Disposable {
  readonly endpoint: Endpoint;
  /** The connection, opened when there is none that works. Rejects with RuntimeError. */
  connection(signal?: AbortSignal): Promise<GrpcConnection>;
  /** Runs calls that may be made twice: once more over a new connection when the old one turns out to be gone. */
  run<T>(work: (connection: GrpcConnection) => Promise<T>, signal?: AbortSignal): Promise<T>;
}

/** Opens nothing yet. */
export function createControl(endpoint: Endpoint): Control {
  let opening: Promise<GrpcConnection> | undefined;
  let open: GrpcConnection | undefined;
  let disposed = false;
  const dial = async (): Promise<GrpcConnection> => {
    try {
      open = await endpoint.connect();
      if (disposed) open[Symbol.dispose]();
      return open;
    } finally {
      opening = undefined;
    }
  };
  // Several may wait for it, so no single one's signal ends it.
  const connection = async (signal?: AbortSignal): Promise<GrpcConnection> => {
    if (open !== undefined && !open.lost.aborted) return open;
    return unlessAborted((opening ??= dial()), signal);
  };
  return {
    endpoint,
    connection,
    run: async (work, signal) => {
      const first = await connection(signal);
      try {
        return await work(first);
      } catch (error) {
        if (!(error instanceof CallError && error.lost) || disposed) throw error;
        return await work(await connection(signal));
      }
    },
    [Symbol.dispose]: () => {
      disposed = true;
      open?.[Symbol.dispose]();
    },
  };
}
