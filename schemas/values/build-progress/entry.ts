/**
 * What happened in a build, entry by entry, as the log of a build tells it: the form in which it is stored, and which clients get. A step comes again
 * whenever it changes. Times are RFC 3339 with nanoseconds, as the builder's clock has them. The port of the builders has the same of its own, because
 * ports know nothing of what is served; that each of theirs is one of these, the compiler sees where logs are served.
 */
export interface ProgressPlace {
  readonly file: string;
  /** From 1. */
  readonly startLine: number;
  readonly endLine: number;
}

export type ProgressEntry =
  | { readonly type: 'begin'; readonly time: string; readonly title: string; readonly cause: string }
  | {
      readonly type: 'step';
      readonly id: string;
      readonly name: string;
      readonly inputs: readonly string[];
      readonly cached: boolean;
      readonly started?: string;
      readonly completed?: string;
      readonly error?: string;
    }
  | {
      readonly type: 'progress';
      readonly step: string;
      readonly id: string;
      readonly current: number;
      /** 0: not known. */
      readonly total: number;
      readonly time: string;
      readonly completed: boolean;
    }
  | {
      readonly type: 'log';
      readonly step: string;
      readonly stream: 'stdout' | 'stderr';
      readonly time: string;
      readonly data: Uint8Array;
    }
  | {
      readonly type: 'warning';
      readonly step: string;
      readonly message: string;
      readonly detail: readonly string[];
      readonly url?: string;
      readonly place?: ProgressPlace;
    }
  | { readonly type: 'note'; readonly time: string; readonly message: string }
  | {
      readonly type: 'end';
      readonly time: string;
      readonly outcome: 'Succeeded' | 'Failed' | 'Cancelled' | 'Superseded' | 'Interrupted';
      readonly message: string;
      readonly excerpt?: string;
    };

export type ProgressEntryOf<T extends ProgressEntry['type']> = Extract<ProgressEntry, { readonly type: T }>;
