/** What the client's process is asked to do, and what it answers. */
import type { Verb } from './requests.ts';
import type { Target } from './target.ts';

/** Requests about so many ConfigMaps `<app>-<number>`, over so many connections, each with one request under way. */
export interface ObjectsJob {
  readonly type: 'objects';
  readonly target: Target;
  readonly verb: Verb;
  readonly app: string;
  /** The first number. */
  readonly from: number;
  readonly count: number;
  readonly connections: number;
  /** Stands in the objects. Absent: the time when each was sent, for those who watch. */
  readonly mark?: string;
  /** From one request to the next of a connection, at least. Absent: none. */
  readonly everyMilliseconds?: number;
}

/** Lists of all ConfigMaps, one after the other, over one connection. */
export interface ListsJob {
  readonly type: 'lists';
  readonly target: Target;
  readonly as: 'json' | 'table';
  readonly count: number;
}

/** Watches of all ConfigMaps, each over a connection of its own, until each has seen so many events. */
export interface WatchesJob {
  readonly type: 'watches';
  readonly target: Target;
  readonly watches: number;
  readonly events: number;
}

export type Job = ObjectsJob | ListsJob | WatchesJob;

/** Milliseconds that a job took as a whole, and that its single requests (events) took. */
export interface Outcome {
  readonly milliseconds: number;
  readonly p50: number;
  readonly p99: number;
  /** Of all bodies. */
  readonly bytes: number;
  /** Watches that the server ended too soon, and that went on where they had come to. */
  readonly resumed?: number;
}

/** `ready`: all is built and all connections are open; the client then waits for `go`. */
export type Message =
  | { readonly type: 'ready' }
  | ({ readonly type: 'outcome' } & Outcome)
  | { readonly type: 'failure'; readonly message: string };
