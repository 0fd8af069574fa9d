import type { ServerResponse } from 'node:http';
import type { WatchFrame, WatchStream } from '../pipeline/response.ts';
import { chunkOf, writeChunk } from './chunks.ts';
import type { Renderer } from './render.ts';
import { writable } from './writable.ts';

/** Lines that go out together; as much may be held back for a reader who does not read. */
const SLICE_BYTES = 64 * 1024;

/**
 * Writes a watch, frame by frame, until the watch or its reader ends. The headers go out at once: a client
 * with nothing to see yet would otherwise wait for its answer (facts/kube-api.md, trap 2).
 */
export async function writeWatch(
  response: ServerResponse,
  watch: WatchStream,
  renderer: Renderer,
  signal: AbortSignal,
): Promise<void> {
  await using stream = watch;
  response.setHeader('content-type', renderer.watch.contentType);
  response.setHeader('cache-control', 'no-cache, private');
  response.flushHeaders();
  let first = true;
  for (let frames = await stream.read(); frames.length > 0; frames = await stream.read()) {
    for (let start = 0; start < frames.length;) {
      if (signal.aborted || response.destroyed) return;
      const run = runAt(frames, start, renderer, first);
      first &&= run.frames.every(({ type }) => type === 'BOOKMARK');
      start += run.frames.length;
      const drained = writeRun(response, run, signal);
      if (drained !== undefined) await drained;
    }
  }
  response.end();
}

/** Frames that go out together. */
interface Run {
  readonly frames: readonly WatchFrame[];
  /** Their lines as one chunk. */
  readonly chunk: Uint8Array;
}

/**
 * The frames from `start` on that make a slice. Watchers of the same objects see the same runs: their bytes are made once, and kept with
 * the first frame.
 */
function runAt(frames: readonly WatchFrame[], start: number, renderer: Renderer, first: boolean): Run {
  const begin = frames[start]!;
  if (!('shared' in begin)) return makeRun(frames, start, renderer, first);
  const slot = begin.shared(`${renderer.key}/${first ? 'first-run' : 'run'}`, () => ({
    run: undefined as Run | undefined,
  }));
  if (slot.run === undefined || !isRunAt(frames, start, slot.run)) slot.run = makeRun(frames, start, renderer, first);
  return slot.run;
}

/** Whether a run is all that goes out now. */
function isRunAt(frames: readonly WatchFrame[], start: number, { frames: known, chunk }: Run): boolean {
  const rest = frames.length - start;
  if (rest < known.length || (rest > known.length && chunk.length < SLICE_BYTES)) return false;
  return known.every((frame, index) => frame === frames[start + index]);
}

function makeRun(frames: readonly WatchFrame[], start: number, renderer: Renderer, first: boolean): Run {
  const lines: Uint8Array[] = [];
  let bytes = 0;
  let isFirst = first;
  let end = start;
  while (end < frames.length && bytes < SLICE_BYTES) {
    const frame = frames[end++]!;
    const line = watchLine(frame, renderer, isFirst);
    isFirst &&= frame.type === 'BOOKMARK';
    lines.push(line);
    bytes += line.length;
  }
  return { frames: frames.slice(start, end), chunk: chunkOf(lines, bytes) };
}

/** undefined: the reader takes more at once. */
function writeRun(response: ServerResponse, { chunk }: Run, signal: AbortSignal): Promise<void> | undefined {
  const target = writeChunk(response, chunk);
  return target.writableNeedDrain ? writable(target, signal) : undefined;
}

/** One event as it goes out; `first` as in WatchRenderer. */
export function watchLine(frame: WatchFrame, { key, watch }: Renderer, first: boolean): Uint8Array {
  switch (frame.type) {
    case 'BOOKMARK':
      return watch.frame('BOOKMARK', watch.bookmark(frame.resourceVersion, frame.initialEventsEnd));
    case 'ERROR':
      return watch.frame('ERROR', watch.status(frame.status));
    default:
      return frame.shared(first ? `${key}/first` : key, (value) => watch.frame(frame.type, watch.event(value, first)));
  }
}
