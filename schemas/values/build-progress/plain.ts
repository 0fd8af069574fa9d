import { amountOf, partTime, seconds, timeOfLine } from './amounts.ts';
import { cleanLine, oneLine } from './clean-text.ts';
import { endingLines } from './ending.ts';
import type { ProgressEntry, ProgressEntryOf } from './entry.ts';
import {
  BuildProgress,
  durationOf,
  isCancelled,
  isRunning,
  type Step,
  type StepChange,
  type StepPart,
} from './model.ts';

export interface PlainOptions {
  /** Whether output of steps keeps its colours; default no. */
  readonly colours?: boolean;
}

/** One step has the word for so long while others have something to say, by the clock of the builder. Milliseconds. */
const TURN_MS = 5000;
/** How often a part that goes on is told again. */
const PART_MS = 5000;
/** When a part was told that is done. */
const DONE = Number.POSITIVE_INFINITY;
/** Lines of others that wait. */
const MOST_WAITING = 1000;
const LAST_LINES = 10;

/**
 * A build as lines of text, in blocks: a head with the step's number and name, and all that it has to say. One step has the word at a time; what the others
 * say waits until it is done, has had its turn, or is silent (`tick`).
 */
export class PlainProgress {
  readonly #progress = new BuildProgress();
  readonly #colours: boolean;
  /** Has the word. */
  #current: Step | undefined;
  #since = 0;
  /** Have said their last word. */
  readonly #over = new Set<Step>();
  /** Its end is told with the next entry. */
  #ended: Step | undefined;
  /** By step, in the order in which they began to wait. */
  readonly #waiting = new Map<Step, string[]>();
  #waitingLines = 0;
  /** When a part was told last. */
  readonly #told = new Map<string, number>();
  /** Steps that had the word. */
  readonly #shown = new Set<Step>();
  #text = '';
  #isFirst = true;

  constructor({ colours = false }: PlainOptions = {}) {
    this.#colours = colours;
  }

  /** How it ended; undefined while it goes on. */
  get end(): ProgressEntryOf<'end'> | undefined {
    return this.#progress.end;
  }

  /** Takes an entry; answers the lines that are due, with their ends. */
  push(entry: ProgressEntry): string {
    const change = this.#progress.add(entry);
    this.#endBefore(change);
    if (change !== undefined) this.#tellStep(change);
    else if (entry.type === 'begin') this.#tellAside(`${oneLine(entry.title)}: ${oneLine(entry.cause)}`);
    else if (entry.type === 'note') this.#tellAside(oneLine(entry.message));
    else if (entry.type === 'end') this.#tellEnd();
    if (this.#waitingLines > MOST_WAITING || this.#progress.latest - this.#since >= TURN_MS) this.#giveTurns();
    return this.#take();
  }

  /** Nothing came for a while: whoever waits has the word. */
  tick(): string {
    this.#endBefore(undefined);
    this.#giveTurns();
    return this.#take();
  }

  #take(): string {
    const text = this.#text;
    this.#text = '';
    return text;
  }

  #tellStep({ step, lines, part, finished }: StepChange): void {
    if (step.number === 0) return;
    if (isRunning(step)) this.#over.delete(step);
    if (!this.#shown.has(step) && this.#current === undefined) this.#begin(step);
    for (const { at, text } of lines)
      this.#say(step, `${timeOfLine(at)} ${cleanLine(text, { colours: this.#colours })}`);
    if (part !== undefined && this.#isDue(step, part)) this.#say(step, partText(part));
    if (finished) this.#ended = step;
    if (!this.#shown.has(step) && !this.#waiting.has(step)) this.#waiting.set(step, []);
    // something that came late
    if (this.#current === step && this.#over.has(step)) this.#current = undefined;
  }

  #isDue(step: Step, part: StepPart): boolean {
    const key = `${step.id} ${part.id}`;
    const told = this.#told.get(key) ?? part.began;
    if (part.completed ? told === DONE : part.time - told < PART_MS) return false;
    this.#told.set(key, part.completed ? DONE : part.time);
    return true;
  }

  /** One that ended and begins again at once has not ended. */
  #endBefore(change: StepChange | undefined): void {
    const step = this.#ended;
    this.#ended = undefined;
    if (step === undefined) return;
    if (change?.step !== step || !(change.finished || isRunning(step))) this.#finish(step);
  }

  #finish(step: Step): void {
    this.#over.add(step);
    this.#say(step, lastWord(step));
    if (step !== this.#current) return;
    this.#current = undefined;
    this.#next();
  }

  /** A line of a step: now, if it has the word or nobody has. */
  #say(step: Step, line: string): void {
    if (this.#current === undefined) this.#begin(step);
    if (step === this.#current) return this.#line(`#${step.number} ${line}`);
    const waiting = this.#waiting.get(step);
    if (waiting === undefined) this.#waiting.set(step, [line]);
    else waiting.push(line);
    this.#waitingLines += 1;
  }

  #begin(step: Step): void {
    if (!this.#isFirst) this.#line('');
    this.#current = step;
    this.#since = this.#progress.latest;
    this.#shown.add(step);
    this.#line(`#${step.number} ${step.name}`);
  }

  /** Those that are done say all that they have to say; then one that is not has the word. */
  #next(): void {
    const waiting = [...this.#waiting.keys()];
    for (const step of waiting) if (this.#over.has(step)) this.#giveWord(step);
    this.#current = undefined;
    const [first] = this.#waiting.keys();
    if (first !== undefined) this.#giveWord(first);
  }

  /** Everybody who waits. The last one that is not done keeps the word. */
  #giveTurns(): void {
    this.#since = this.#progress.latest;
    if (this.#waiting.size === 0) return;
    if (this.#current !== undefined) this.#line(`#${this.#current.number} ...`);
    const going: Step[] = [];
    const waiting = [...this.#waiting.keys()];
    for (const step of waiting) {
      if (this.#over.has(step)) this.#giveWord(step);
      else going.push(step);
    }
    for (const [at, step] of going.entries()) {
      this.#giveWord(step);
      if (at < going.length - 1) this.#line(`#${step.number} ...`);
    }
    if (going.length === 0) this.#current = undefined;
  }

  #giveWord(step: Step): void {
    const lines = this.#waiting.get(step) ?? [];
    this.#waiting.delete(step);
    this.#waitingLines -= lines.length;
    this.#begin(step);
    for (const line of lines) this.#line(`#${step.number} ${line}`);
  }

  /** Something that no step says. */
  #tellAside(text: string): void {
    if (this.#current !== undefined) this.#line(`#${this.#current.number} ...`);
    this.#current = undefined;
    if (!this.#isFirst) this.#line('');
    this.#line(`#0 ${text}`);
  }

  #tellEnd(): void {
    this.#giveTurns();
    this.#current = undefined;
    for (const line of endingLines(this.#progress, { lines: LAST_LINES, colours: this.#colours })) this.#line(line);
  }

  #line(text: string): void {
    this.#isFirst = false;
    this.#text += `${text.trimEnd()}\n`;
  }
}

const partText = (part: StepPart): string =>
  [part.id, amountOf(part), partTime(part), part.completed ? 'done' : ''].filter(Boolean).join(' ');

function lastWord(step: Step): string {
  if (isCancelled(step)) return 'CANCELED';
  if (step.error !== undefined) return `ERROR: ${oneLine(step.error)}`;
  return step.cached ? 'CACHED' : `DONE ${seconds(durationOf(step, 0))}`;
}
