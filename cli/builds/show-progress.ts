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

/** Shows entries as they come. Rejects as they do; what was drawn in place then stays as it was last. */
export async function showProgress(
  entries: AsyncIterable<ProgressEntry>,
  mode: ProgressMode,
  output: TextOutput,
  io: Pick<Io, 'env' | 'now' | 'sleep'>,
): Promise<void> {
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
      return await showLive(entries, output, colours, io);
  }
}

function after(delayMs: number, wake: () => void): Disposable {
  const timer = setTimeout(wake, delayMs);
  return { [Symbol.dispose]: () => clearTimeout(timer) };
}

async function showLive(
  entries: AsyncIterable<ProgressEntry>,
  output: TextOutput,
  colours: boolean,
  io: Pick<Io, 'now' | 'sleep'>,
): Promise<void> {
  const live = new LiveProgress();
  const block = new LiveBlock(output, { colours });
  const stop = new AbortController();
  const drawing = drawOn(live, block, io, stop.signal);
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

/** Ten times a second, for as long as the terminal takes it. */
async function drawOn(
  live: LiveProgress,
  block: LiveBlock,
  io: Pick<Io, 'now' | 'sleep'>,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    block.draw(live.frame({ ...block.size, now: io.now() }).map(lineOf));
    await io.sleep(REDRAW_MS, signal).catch(() => undefined);
  }
}

function lineOf({ text, tone }: LiveRow): BlockLine {
  const colour = COLOURS[tone];
  return colour === undefined ? { text } : { text, colour };
}
