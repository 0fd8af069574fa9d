import { Containers } from '../../proto/gen/containerd/containers_pb.ts';
import { Content } from '../../proto/gen/containerd/content_pb.ts';
import { Diff } from '../../proto/gen/containerd/diff_pb.ts';
import { Events } from '../../proto/gen/containerd/events_pb.ts';
import { Images } from '../../proto/gen/containerd/images_pb.ts';
import { Introspection } from '../../proto/gen/containerd/introspection_pb.ts';
import { Leases } from '../../proto/gen/containerd/leases_pb.ts';
import { Namespaces } from '../../proto/gen/containerd/namespaces_pb.ts';
import { Snapshots } from '../../proto/gen/containerd/snapshots_pb.ts';
import { Tasks } from '../../proto/gen/containerd/tasks_pb.ts';
import { Version } from '../../proto/gen/containerd/version_pb.ts';
import type { Channel } from '../../proto/grpc/channel.ts';
import { createClient, type ClientOf } from '../../proto/grpc/client.ts';
import type { Collect } from './collector.ts';

/** Every service that we use, in our namespace. */
export interface Services {
  readonly containers: ClientOf<typeof Containers>;
  readonly content: ClientOf<typeof Content>;
  readonly diff: ClientOf<typeof Diff>;
  readonly events: ClientOf<typeof Events>;
  readonly images: ClientOf<typeof Images>;
  readonly introspection: ClientOf<typeof Introspection>;
  readonly leases: ClientOf<typeof Leases>;
  readonly namespaces: ClientOf<typeof Namespaces>;
  readonly snapshots: ClientOf<typeof Snapshots>;
  readonly tasks: ClientOf<typeof Tasks>;
  readonly version: ClientOf<typeof Version>;
}

/** What all adapters of one containerd share. */
export interface Connection {
  readonly socketPath: string;
  /** containerd namespace of this store. */
  readonly namespace: string;
  /** Store identity, in every label. */
  readonly identity: string;
  /** Where new images are unpacked; existing things name their own. */
  readonly snapshotter: string;
  readonly services: Services;
  /** What the services are on, for calls that only pass through. */
  readonly channel: Channel;
  readonly collect: Collect;
  readonly clock: Clock;
  /** A fresh unique name part, [0-9a-z-]. */
  readonly newId: () => string;
  readonly log: Log;
}

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
}

/** The part of a pino logger that the adapters use. */
export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

/** Headers that put everything a call makes under a lease. */
export function leased(lease: string): { readonly 'containerd-lease': string } {
  return { 'containerd-lease': lease };
}

export function servicesOn(channel: Channel): Services {
  return {
    containers: createClient(Containers, channel),
    content: createClient(Content, channel),
    diff: createClient(Diff, channel),
    events: createClient(Events, channel),
    images: createClient(Images, channel),
    introspection: createClient(Introspection, channel),
    leases: createClient(Leases, channel),
    namespaces: createClient(Namespaces, channel),
    snapshots: createClient(Snapshots, channel),
    tasks: createClient(Tasks, channel),
    version: createClient(Version, channel),
  };
}
