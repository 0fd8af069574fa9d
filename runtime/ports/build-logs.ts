/**
 * The BuildLogs port: what happened in builds, durable, one log for each build of an object.
 *
 * A log is a list of entries in the order in which they came. Readers may come while it is written, and follow it to its end. A log that a daemon
 * left behind in the middle ends there; the next one that opens it, or reads it, knows it as ended.
 */
import type { BuildEvent } from './builders.ts';

/** First and last entries say what is built, and how it ended; in between is what the builder told. */
export type BuildLogEntry =
  | { readonly type: 'begin'; readonly time: string; readonly title: string; readonly cause: string }
  | BuildEvent
  | { readonly type: 'note'; readonly time: string; readonly message: string }
  | {
      readonly type: 'end';
      readonly time: string;
      readonly outcome: 'Succeeded' | 'Failed' | 'Cancelled' | 'Superseded' | 'Interrupted';
      readonly message: string;
      /** Lines of the file with the mistake, numbered. */
      readonly excerpt?: string;
    };

export interface BuildLogId {
  /** Owner uid. */
  readonly log: string;
  /** Number of the build: 1, 2, 3, … */
  readonly number: number;
}

export interface BuildLogWriter {
  /** Never blocks and never rejects: what cannot be written is counted, and said in the log when it can be again. */
  append(entry: BuildLogEntry): void;
  /** Everything is in the file; readers that follow come to the end. Idempotent. */
  close(): Promise<void>;
}

export interface BuildLogs {
  /** A new log of this number, or a former one of it thrown away. */
  open(id: BuildLogId): Promise<BuildLogWriter>;
  /** Entries from the first on; with `follow` until the log is closed or the signal aborts. Rejects with NotFound when there is none. */
  read(
    id: BuildLogId,
    options: { readonly follow: boolean; readonly signal?: AbortSignal },
  ): AsyncIterable<BuildLogEntry>;
  /** Takes away all logs of the owner but those of these numbers. */
  keep(log: string, numbers: readonly number[]): Promise<void>;
  remove(log: string): Promise<void>;
  /** Owner uids that have files. */
  list(): Promise<readonly string[]>;
}
