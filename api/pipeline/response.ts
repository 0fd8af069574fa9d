import type { ByteSink } from '../byte-sink.ts';
import type { KubeObject, Status } from '../../schemas/object.ts';
import type { PortDialer } from '../registry/port-dialer.ts';
import type { AttachQuery, RemoteProcess } from '../registry/remote-process.ts';
import type { ServedResource } from '../registry/resource.ts';
import type { ChannelProtocol, PortProtocol } from './upgrade.ts';

/**
 * One object on its way out, decoded or encoded only when somebody asks: an HTTP answer takes the bytes, an in-process
 * caller the frozen object.
 */
export interface ObjectValue {
  /** JSON, `metadata.resourceVersion` included. */
  json(): Uint8Array;
  /** The same, behind what is in the sink. */
  writeJson(sink: ByteSink): void;
  /** `metadata` alone. */
  writeMetadata(sink: ByteSink): void;
  /** Deeply frozen; kept for who asks next. */
  object(): KubeObject;
  /** The same for a reader who looks once and lets go: he must not change it, and what is kept for others stays. */
  glance(): KubeObject;
  /** The same for columns of Tables, which do not look at `metadata.managedFields`: they may be missing. */
  summary(): KubeObject;
  /** What `owner` makes of the summary. Kept with an object that is shown as it is stored, for the owner who asked last. */
  kept<T>(owner: object, make: (object: KubeObject) => T): T;
}

export interface ListMetadata {
  readonly resourceVersion: string;
  readonly continue?: string;
  readonly remainingItemCount?: number;
}

/** A change of an object, as one place where its kind is served shows it. */
export interface SharedFrame {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly value: ObjectValue;
  /** What is made of the event under a name, once for all watchers that share it: its bytes in a representation. */
  shared<T>(name: string, make: (value: ObjectValue) => T): T;
}

/** What a watch delivers. */
export type WatchFrame =
  | SharedFrame
  /** `initialEventsEnd` marks the end of a WatchList's first part. */
  | { readonly type: 'BOOKMARK'; readonly resourceVersion: string; readonly initialEventsEnd: boolean }
  /** The last frame of a watch that cannot go on. */
  | { readonly type: 'ERROR'; readonly status: Status };

/**
 * A running watch, pulled by its reader. One that stays behind too far is ended by the server, and costs nobody else
 * anything.
 */
export interface WatchStream extends AsyncDisposable {
  /** Waits for frames; none at all means that the watch is over. One reader at a time. */
  read(): Promise<readonly WatchFrame[]>;
}

/** What a request comes to, before anybody serialises it. */
export type ApiResponse =
  | {
      readonly type: 'object';
      readonly code: 200 | 201;
      readonly resource: ServedResource;
      readonly value: ObjectValue;
    }
  | {
      readonly type: 'list';
      readonly resource: ServedResource;
      readonly metadata: ListMetadata;
      readonly items: readonly ObjectValue[];
    }
  | { readonly type: 'watch'; readonly resource: ServedResource; readonly stream: WatchStream }
  /** Also the answer to a successful delete. */
  | { readonly type: 'status'; readonly code: number; readonly status: Status }
  /** Bytes as they come, such as a log that is followed. */
  | { readonly type: 'stream'; readonly contentType: string; readonly body: AsyncIterable<Uint8Array> }
  /** A process to talk to. Whoever gets it disposes of it. */
  | {
      readonly type: 'process';
      readonly process: RemoteProcess;
      readonly query: AttachQuery;
      readonly protocol: ChannelProtocol;
    }
  /** Ports to connect to. Whoever gets the dialer disposes of it. */
  | {
      readonly type: 'ports';
      readonly dialer: PortDialer;
      readonly protocol: PortProtocol;
      /** For protocols whose connections are fixed from the start. */
      readonly ports: readonly number[];
    }
  /** Discovery, OpenAPI, health, version, metrics: a finished text. */
  | {
      readonly type: 'document';
      readonly code: number;
      readonly contentType: string;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body: string | Uint8Array;
    };
