import { parseTime } from '../time.ts';
import { OutputLines, oneLine } from './clean-text.ts';
import type { ProgressEntry, ProgressEntryOf } from './entry.ts';

/** A line of output. */
export interface StepLine {
  /** Milliseconds since the step began. */
  readonly at: number;
  /** As the program wrote it, without its end. */
  readonly text: string;
}

/** Something within a step that is counted. */
export interface StepPart {
  readonly id: string;
  readonly current: number;
  /** 0: not known. */
  readonly total: number;
  /** Milliseconds. */
  readonly began: number;
  readonly time: number;
  readonly completed: boolean;
}

export interface Step {
  /** 1, 2, 3, … in the order in which they began; 0: not yet. */
  readonly number: number;
  readonly id: string;
  readonly name: string;
  readonly cached: boolean;
  /** Milliseconds since the epoch. */
  readonly started?: number;
  readonly completed?: number;
  readonly error?: string;
  /** The last ones, of a step that runs or failed. */
  readonly lines: readonly StepLine[];
  readonly parts: ReadonlyMap<string, StepPart>;
}

/** What an entry changed. */
export interface StepChange {
  readonly step: Step;
  /** It ended with this entry. */
  readonly finished: boolean;
  readonly lines: readonly StepLine[];
  readonly part?: StepPart;
}

interface OwnStep extends Step {
  number: number;
  name: string;
  cached: boolean;
  started?: number;
  completed?: number;
  error?: string;
  lines: StepLine[];
  readonly parts: Map<string, StepPart>;
  readonly output: OutputLines;
}

/** Of a step; further ones push the first out. */
const KEPT_LINES = 50;
const MOST_PARTS = 200;
const MOST_WARNINGS = 1000;

export const isRunning = ({ started, completed }: Step): boolean => started !== undefined && completed === undefined;
/** It did not fail itself: another one did, or somebody had enough. */
export const isCancelled = ({ error = '' }: Step): boolean => /context canceled|canceled$/.test(error);
/** Milliseconds; `now` counts for one that runs. */
export const durationOf = ({ started, completed }: Step, now: number): number =>
  started === undefined ? 0 : Math.max(0, (completed ?? now) - started);

/** All that a log of a build has told so far. */
export class BuildProgress {
  readonly #steps = new Map<string, OwnStep>();
  readonly #running = new Set<OwnStep>();
  readonly #finished = new Set<OwnStep>();
  readonly #numbered: OwnStep[] = [];
  readonly #warnings: ProgressEntryOf<'warning'>[] = [];
  #began: number | undefined;
  #latest = 0;
  #end: ProgressEntryOf<'end'> | undefined;

  /** Steps that began, by number. */
  get steps(): readonly Step[] {
    return this.#numbered;
  }
  get running(): ReadonlySet<Step> {
    return this.#running;
  }
  /** In the order in which they ended. */
  get finished(): ReadonlySet<Step> {
    return this.#finished;
  }
  /** Steps that are known, also those that did not begin. */
  get total(): number {
    return this.#steps.size;
  }
  get warnings(): readonly ProgressEntryOf<'warning'>[] {
    return this.#warnings;
  }
  get end(): ProgressEntryOf<'end'> | undefined {
    return this.#end;
  }
  /** Time of the newest entry, in milliseconds since the epoch. */
  get latest(): number {
    return this.#latest;
  }
  /** Milliseconds from the first entry to `now`, or to the end. A builder's clock may be ahead of ours. */
  elapsed(now: number): number {
    const until = this.#end === undefined ? Math.max(now, this.#latest) : this.#latest;
    return Math.max(0, until - (this.#began ?? until));
  }

  /** Undefined for what is of no step, or of none that is known. */
  add(entry: ProgressEntry): StepChange | undefined {
    switch (entry.type) {
      case 'step':
        return this.#addStep(entry);
      case 'progress':
        return this.#addPart(entry);
      case 'log':
        return this.#addOutput(entry);
      case 'warning':
        if (this.#warnings.length < MOST_WARNINGS) this.#warnings.push(entry);
        return undefined;
      case 'begin':
      case 'note':
        this.#see(entry.time);
        return undefined;
      case 'end':
        this.#see(entry.time);
        this.#end = entry;
        return undefined;
    }
  }

  #see(text: string | undefined): number | undefined {
    const time = text === undefined ? undefined : parseTime(text);
    if (time === undefined) return undefined;
    this.#began ??= time;
    this.#latest = Math.max(this.#latest, time);
    return time;
  }

  #addStep(entry: ProgressEntryOf<'step'>): StepChange {
    const known = this.#steps.get(entry.id);
    const step = known ?? newStep(entry.id);
    if (known === undefined) this.#steps.set(entry.id, step);
    const before = step.completed;
    step.name = oneLine(entry.name);
    step.cached = entry.cached;
    set(step, 'started', this.#see(entry.started));
    set(step, 'completed', this.#see(entry.completed));
    set(step, 'error', entry.error === '' ? undefined : entry.error);
    if (step.started !== undefined || step.completed !== undefined) this.#number(step);
    const finished = step.completed !== undefined && step.completed !== before;
    const lines = finished ? linesOf(step, step.output.flush(), step.completed ?? 0) : [];
    if (isRunning(step)) {
      this.#running.add(step);
      this.#finished.delete(step);
    } else if (finished) {
      this.#running.delete(step);
      this.#finished.delete(step);
      this.#finished.add(step);
      if (step.error === undefined) step.lines = [];
    }
    return { step, finished, lines };
  }

  #number(step: OwnStep): void {
    if (step.number > 0) return;
    this.#numbered.push(step);
    step.number = this.#numbered.length;
  }

  #addPart(entry: ProgressEntryOf<'progress'>): StepChange | undefined {
    const step = this.#steps.get(entry.step);
    if (step === undefined) return undefined;
    const time = this.#see(entry.time) ?? this.#latest;
    const id = oneLine(entry.id);
    const known = step.parts.get(id);
    if (known === undefined && step.parts.size >= MOST_PARTS) return undefined;
    const { current, total, completed } = entry;
    const part = { id, current, total, completed, time, began: known?.began ?? time };
    step.parts.set(id, part);
    this.#number(step);
    return { step, finished: false, lines: [], part };
  }

  #addOutput(entry: ProgressEntryOf<'log'>): StepChange | undefined {
    const step = this.#steps.get(entry.step);
    if (step === undefined) return undefined;
    this.#number(step);
    const lines = linesOf(step, step.output.push(entry), this.#see(entry.time) ?? this.#latest);
    return { step, finished: false, lines };
  }
}

const newStep = (id: string): OwnStep => ({
  id,
  number: 0,
  name: '',
  cached: false,
  lines: [],
  parts: new Map(),
  output: new OutputLines(),
});

function set<K extends 'started' | 'completed' | 'error'>(step: OwnStep, key: K, value: OwnStep[K] | undefined): void {
  if (value === undefined) delete step[key];
  else step[key] = value;
}

function linesOf(step: OwnStep, texts: readonly string[], time: number): readonly StepLine[] {
  if (texts.length === 0) return [];
  const at = Math.max(0, time - (step.started ?? time));
  const lines = texts.map((text) => ({ at, text }));
  step.lines.push(...lines.slice(-KEPT_LINES));
  if (step.lines.length > KEPT_LINES) step.lines.splice(0, step.lines.length - KEPT_LINES);
  return lines;
}
