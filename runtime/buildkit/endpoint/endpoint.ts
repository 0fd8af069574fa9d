import type { Duplex } from 'node:stream';
import type { GrpcConnection } from '../grpc/connection.ts';

/** What a builder is told of a session before it asks anything over it. */
export interface SessionAnnouncement {
  /** Unique. */
  readonly id: string;
  /** The builder keeps one copy of a context for each of these. */
  readonly sharedKey: string;
  /** Paths of the methods that it may call. */
  readonly methods: readonly string[];
}

/** How one BuildKit is reached; beyond it nobody knows which kind it is. Everything rejects with RuntimeError. */
export interface Endpoint {
  readonly kind: 'buildkitd' | 'dockerd';
  /** For messages: `buildkitd at unix:///run/…`. */
  readonly title: string;
  /** A connection of one's own to the control service. */
  connect(signal?: AbortSignal): Promise<GrpcConnection>;
  /** The byte stream of a new session, on which the builder is the client. May use `connection`, which must outlive it. */
  openSession(connection: GrpcConnection, announcement: SessionAnnouncement, signal?: AbortSignal): Promise<Duplex>;
  /** Whether there is a bridge for steps; undefined: the worker's label tells. */
  hasBridge(signal?: AbortSignal): Promise<boolean | undefined>;
  /** Takes an image that the exporter `moby` made out of its store, as an archive at `path`. False: it is not there. */
  takeImage(name: string, path: string, signal?: AbortSignal): Promise<boolean>;
}

/** The headers that announce a session. One for each method: they may not be joined. */
export function announce({ id, sharedKey, methods }: SessionAnnouncement): Record<string, string | string[]> {
  return {
    'x-docker-expose-session-uuid': id,
    'x-docker-expose-session-name': '',
    'x-docker-expose-session-sharedkey': sharedKey,
    'x-docker-expose-session-grpc-method': [...methods],
  };
}
