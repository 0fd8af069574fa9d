/**
 * What the store's two threads are asked, and what they answer. The writer opens (and creates) the database, commits, compacts and
 * loads; the reader answers for the past on a connection of its own, so that reads never wait behind an fsync.
 */
import type { Revision } from '../store.ts';

export type Role = 'writer' | 'reader';

export interface ThreadData {
  readonly path: string;
  readonly role: Role;
}

/** Every request with its answer. Buffers hold packed records (records.ts). */
export interface Requests {
  open: { readonly ask: object; readonly answer: { readonly revision: Revision; readonly compacted: Revision } };
  /** All records or none; durable when answered. `base` is the revision they follow. */
  commit: { readonly ask: { readonly base: Revision; readonly records: ArrayBuffer }; readonly answer: object };
  /** Forgets in slices, between commits. */
  compact: { readonly ask: { readonly revision: Revision }; readonly answer: object };
  get: { readonly ask: { readonly key: string; readonly revision: Revision }; readonly answer: Slice };
  list: {
    readonly ask: {
      readonly prefix: string;
      readonly revision: Revision;
      readonly after: string | undefined;
      readonly limit: number;
    };
    readonly answer: Slice & { readonly more: boolean };
  };
  /** A record is followed by the version it replaced, where there is one: the only way that a revision goes down. */
  changes: {
    readonly ask: { readonly prefix: string; readonly after: Revision; readonly until: Revision };
    readonly answer: Slice & { readonly scanned: Revision };
  };
  close: { readonly ask: object; readonly answer: object };
}

export interface Slice {
  readonly records: ArrayBuffer;
}

export type Operation = keyof Requests;

export type RequestMessage = {
  [O in Operation]: { readonly id: number; readonly operation: O; readonly ask: Requests[O]['ask'] };
}[Operation];

export type AnswerMessage =
  | { readonly id: number; readonly answer: Requests[Operation]['answer'] }
  | { readonly id: number; readonly failure: Failure };

/** An error as it crosses; a StoreError again on the other side. */
export interface Failure {
  readonly code: 'Unavailable' | 'Compacted' | 'Closed';
  readonly message: string;
}
