import type { ServerResponse } from 'node:http';
import type { WatchFrame, WatchStream } from '../pipeline/response.ts';
import type { Renderer } from './render.ts';
import { writable } from './writable.ts';

/** How much a reader who does not read may hold back of lines that were copied for him alone. */
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
    if (signal.aborted) break;
    let lines: Uint8Array[] = [];
    let bytes = 0;
    for (const frame of frames) {
      const line = watchLine(frame, renderer, first);
      first &&= frame.type === 'BOOKMARK';
      lines.push(line);
      bytes += line.length;
      if (bytes < SLICE_BYTES) continue;
      await writeLines(response, lines, signal);
      if (signal.aborted || response.destroyed) return;
      lines = [];
      bytes = 0;
    }
    if (lines.length > 0) await writeLines(response, lines, signal);
  }
  response.end();
}

/** Lines are shared by all who watch: only what is gathered is copied, and one line alone is not. */
async function writeLines(response: ServerResponse, lines: readonly Uint8Array[], signal: AbortSignal): Promise<void> {
  response.write(lines.length === 1 ? lines[0] : Buffer.concat(lines));
  await writable(response, signal);
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
