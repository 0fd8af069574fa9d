/**
 * What a case of the suite is: a statement about kubectl and an API server, and the commands that show it. Cases are data; whoever
 * reads one needs to know nothing of the machinery.
 *
 * Words in percent signs stand for what is the case's own: `%NS%` its namespace, `%GROUP%` an API group for its kinds, `%ID%` a short
 * name for all else that must be unique in a cluster; and `%word%` for what a step before has saved under that word. They are
 * replaced in commands, files, inputs and expectations, in regular expressions too.
 */

/** What a case asks of the server beyond being a Kubernetes API. */
export type Need =
  /** The kinds of tsmoby.dev are served, and nothing of a cluster's that tsmoby has not. */
  | 'tsmoby'
  /** Containers really run; `%ARCHIVE%` is the path of an image archive with busybox in it. */
  | 'containers';

export interface Case {
  /** A statement of the behaviour; unique in its group. */
  readonly title: string;
  readonly needs?: readonly Need[];
  /** The oldest kubectl that behaves so, as `1.33`. */
  readonly kubectl?: string;
  /** YAML of CustomResourceDefinitions that are served before the first step. */
  readonly definitions?: string;
  /** YAML of objects that are there before the first step. */
  readonly given?: string;
  /** Files in the case's directory, which is where its commands run: name to text. */
  readonly files?: Readonly<Record<string, string>>;
  readonly steps: readonly Step[];
}

export type Step = KubectlStep | FileStep | PauseStep | FetchStep;

/** Writes or replaces a file, and makes the directories it is in. */
export interface FileStep {
  readonly file: string;
  readonly text: string;
}

/** Lets time pass: for what must be seen not to happen, or to happen later. */
export interface PauseStep {
  readonly pauseMs: number;
}

/** A plain HTTP GET, for what `kubectl proxy` serves; its answer is the step's stdout. */
export interface FetchStep extends Expected {
  readonly fetch: string;
}

/** The text, trailing line breaks aside; or what it must match, each of them. */
export type TextExpectation = string | RegExp | readonly RegExp[];

export interface Expected {
  readonly out?: TextExpectation;
  /** What must not stand in stdout. */
  readonly lacks?: RegExp;
  /** stdout is JSON that holds at least this; see `holds` for how lists, absence and patterns are written. */
  readonly json?: unknown;
  /** Saves stdout, trailing line breaks aside, for later steps as `%word%`. */
  readonly save?: string;
}

export interface KubectlStep extends Expected {
  /** The command line after `kubectl`, with a shell's quotes. */
  readonly kubectl: string;
  /** Its stdin; nothing without it. */
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Exit code; 0 without it. */
  readonly exit?: number;
  /** stderr; without it, a command that ends with 0 must not write any. */
  readonly err?: TextExpectation;
  /** Repeats the command until all is as expected: for what a controller does in its own time. */
  readonly eventually?: boolean;
  /** Steps that run while the command does. */
  readonly meanwhile?: readonly Step[];
  /**
   * `meanwhile` begins when stdout or stderr matches this, which one of them must; a first group in it is saved as `%READY%`. Without
   * it, at once.
   */
  readonly ready?: RegExp;
  /**
   * The command must not end by itself: it is ended when `meanwhile` is done and stdout matches this.
   */
  readonly until?: RegExp;
}

/** Cases of one subject. */
export interface Group {
  readonly name: string;
  readonly cases: readonly Case[];
}

/** In `json`: the key must not be there. */
export const ABSENT: unique symbol = Symbol('absent');
