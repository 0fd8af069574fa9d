import { endingLines } from '../../schemas/values/build-progress/ending.ts';
import type { ProgressEntry } from '../../schemas/values/build-progress/entry.ts';
import { progressLine } from '../../schemas/values/build-progress/json.ts';
import { LiveProgress, type LiveRow } from '../../schemas/values/build-progress/live.ts';
import { plainText } from '../../schemas/values/build-progress/plain-text.ts';
import { print, type Io, type TextOutput } from '../io.ts';
import type { ProgressMode } from './progress-flag.ts';
import { LiveBlock, type BlockLine } from '../output/live-block.ts';

const REDRAW_MS = 100;
/** A block in place showed no more than a few lines of it. */
const LAST_LINES = 50;
/** Of SGR, as docker has them. */
const COLOURS = { head: undefined, running: undefined, detail: undefined, done: 34, failed: 31 } as const;

export interface ShowOptions {
  readonly mode: ProgressMode;
  readonly output: TextOutput;
  readonly io: Pick<Io, 'env' | 'now' | 'sleep'>;
  /** Stands below the block in place, for as long as there is one. */
  readonly remark?: () => string | undefined;
}

/** Shows entries as they come. Rejects as they do; what was drawn in place then stays as it was last. */
export async function showProgress(entries: AsyncIterable<ProgressEntry>, options: ShowOptions): Promise<void> {
  const { mode, output, io } = options;
  const colours = output.isTTY === true && (io.env['NO_COLOR'] ?? '') === '';
  switch (mode) {
    case 'json':
      for await (const entry of entries) await print(output, progressLine(entry));
      return;
    case 'none':
      for await (const _ of entries);
      return;
    case 'plain':
      for await (const text of plainText(entries, { colours, after })) await print(output, text);
      return;
    case 'tty':
      return await showLive(entries, colours, options);
  }
}

function after(delayMs: number, wake: () => void): Disposable {
  const timer = setTimeout(wake, delayMs);
  return { [Symbol.dispose]: () => clearTimeout(timer) };
}

async function showLive(
  entries: AsyncIterable<ProgressEntry>,
  colours: boolean,
  { output, io, remark = () => undefined }: ShowOptions,
): Promise<void> {
  const live = new LiveProgress();
  const block = new LiveBlock(output, { colours });
  const stop = new AbortController();
  const drawing = drawOn(() => framesOf(live, block, io.now(), remark()), block, io, stop.signal);
  try {
    for await (const entry of entries) live.push(entry);
  } finally {
    stop.abort();
    await drawing;
    const last = endingLines(live.progress, { lines: LAST_LINES, colours });
    block.finish(live.whole({ ...block.size, now: io.now() }).map(lineOf));
    if (last.length > 0) await print(output, `${last.join('\n')}\n`);
  }
}

function framesOf(live: LiveProgress, block: LiveBlock, now: number, remark: string | undefined): readonly BlockLine[] {
  const { columns, rows } = block.size;
  const below = remark === undefined ? [] : [{ text: remark }];
  return [...live.frame({ columns, rows: rows - below.length, now }).map(lineOf), ...below];
}

/** Ten times a second, for as long as the terminal takes it. */
async function drawOn(
  lines: () => readonly BlockLine[],
  block: LiveBlock,
  io: Pick<Io, 'sleep'>,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    block.draw(lines());
    await io.sleep(REDRAW_MS, signal).catch(() => undefined);
  }
}

function lineOf({ text, tone }: LiveRow): BlockLine {
  const colour = COLOURS[tone];
  return colour === undefined ? { text } : { text, colour };
}
