import { fitText, widthOf } from '../text-width.ts';
import { amountOf, partTime, seconds } from './amounts.ts';
import { cleanLine, expandTabs } from './clean-text.ts';
import type { ProgressEntry } from './entry.ts';
import { BuildProgress, durationOf, isCancelled, isRunning, type Step, type StepPart } from './model.ts';

/** One line of the block, no wider than the terminal. */
export interface LiveRow {
  readonly text: string;
  readonly tone: 'head' | 'running' | 'done' | 'failed' | 'detail';
}

export interface FrameOptions {
  readonly columns: number;
  /** Height of the terminal. */
  readonly rows: number;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Lines of output under a step that runs. */
const MOST_OUTPUT = 6;
const MOST_PARTS = 8;
/** A narrower terminal gets no times: there would be no room for names. */
const LEAST_FOR_TIMES = 20;

/** A build as a block of lines that is drawn again and again in its place. */
export class LiveProgress {
  readonly progress = new BuildProgress();

  push(entry: ProgressEntry): void {
    this.progress.add(entry);
  }

  /** What there is room for: steps that run, and what they say; then those that ended last. */
  frame(options: FrameOptions): readonly LiveRow[] {
    const { running, finished } = this.progress;
    // one line is the head's, and the one of the cursor is nobody's
    const room = Math.max(0, options.rows - 2);
    const current = lastOf(running, room);
    const left = room - current.length;
    const wanted = current.reduce((sum, step) => sum + detailsWanted(step), 0);
    const ended = lastOf(finished, Math.max(Math.floor(left / 2), left - wanted));
    const details = shareOut(current, left - ended.length);
    const shown = [...ended, ...current].toSorted((a, b) => a.number - b.number);
    return [this.#head(options), ...shown.flatMap((step) => rowsOf(step, options, details.get(step) ?? 0))];
  }

  /** Every step, and how long it took. */
  whole(options: Omit<FrameOptions, 'rows'>): readonly LiveRow[] {
    const rows = this.progress.steps.flatMap((step) => [
      stepRow(step, options),
      ...partRows(step, options, MOST_PARTS),
    ]);
    return [this.#head(options), ...rows];
  }

  #head({ columns, now }: Omit<FrameOptions, 'rows'>): LiveRow {
    const { finished, total, end } = this.progress;
    const text = `[+] Building ${seconds(this.progress.elapsed(now))} (${finished.size}/${total})`;
    return { text: fitText(end === undefined ? text : `${text} ${HEADS[end.outcome]}`, columns), tone: 'head' };
  }
}

const HEADS = {
  Succeeded: 'FINISHED',
  Failed: 'FAILED',
  Cancelled: 'CANCELED',
  Superseded: 'SUPERSEDED',
  Interrupted: 'INTERRUPTED',
} as const;

function lastOf(steps: ReadonlySet<Step>, count: number): readonly Step[] {
  return count <= 0 ? [] : [...steps].slice(-count);
}

const detailsWanted = ({ parts, lines }: Step): number =>
  Math.min(parts.size, MOST_PARTS) + Math.min(lines.length, MOST_OUTPUT);

/** What one does not want, those behind it may have. */
function shareOut(steps: readonly Step[], lines: number): ReadonlyMap<Step, number> {
  const shares = new Map<Step, number>();
  let left = lines;
  for (const [at, step] of steps.entries()) {
    const share = Math.min(detailsWanted(step), Math.floor(left / (steps.length - at)));
    shares.set(step, share);
    left -= share;
  }
  return shares;
}

/** Parts and output have half of the details each, or what the other one does not want. */
function rowsOf(step: Step, options: FrameOptions, details: number): readonly LiveRow[] {
  const most = Math.max(Math.ceil(details / 2), details - Math.min(step.parts.size, MOST_PARTS));
  const output = step.lines.slice(Math.max(0, step.lines.length - Math.min(most, MOST_OUTPUT)));
  return [
    stepRow(step, options),
    ...partRows(step, options, details - output.length),
    ...(details > 0 ? output.map(({ text }) => outputRow(text, options)) : []),
  ];
}

function stepRow(step: Step, options: Omit<FrameOptions, 'rows'>): LiveRow {
  const time = seconds(durationOf(step, options.now));
  if (isCancelled(step)) return row(` => CANCELED ${step.name}`, time, options, 'done');
  if (step.error !== undefined) return row(` => ERROR ${step.name}`, time, options, 'failed');
  const tone = isRunning(step) ? 'running' : 'done';
  return row(` => ${step.cached ? 'CACHED ' : ''}${step.name}`, time, options, tone);
}

/** The last ones that count something; those that are not done go first. */
function partRows(step: Step, options: Omit<FrameOptions, 'rows'>, most: number): readonly LiveRow[] {
  if (most <= 0) return [];
  const parts = [...step.parts.values()];
  const chosen = new Set(parts.filter(({ completed }) => !completed).slice(-most));
  for (const part of parts.toReversed()) if (chosen.size < most) chosen.add(part);
  return parts.filter((part) => chosen.has(part)).map((part) => partRow(part, options));
}

function partRow(part: StepPart, options: Omit<FrameOptions, 'rows'>): LiveRow {
  // nobody reads sixty-four digits
  const id = part.id.replace(/(sha256:[0-9a-f]{12})[0-9a-f]{52}/, '$1');
  const text = [` => => ${id}`, amountOf(part)].filter(Boolean).join(' ');
  return row(text, partTime(part), options, part.completed ? 'done' : 'detail');
}

function outputRow(line: string, { columns }: Omit<FrameOptions, 'rows'>): LiveRow {
  return {
    text: fitText(` => => # ${expandTabs(cleanLine(line, { colours: false }))}`.trimEnd(), columns),
    tone: 'detail',
  };
}

/** A text with its time at the right edge. */
function row(text: string, time: string, { columns }: { readonly columns: number }, tone: LiveRow['tone']): LiveRow {
  if (columns < LEAST_FOR_TIMES) return { text: fitText(text, columns), tone };
  const left = fitText(text, columns - time.length - 1);
  return { text: `${left}${' '.repeat(columns - time.length - widthOf(left))}${time}`, tone };
}
