import type { ServerResponse } from 'node:http';
import type { WatchFrame, WatchStream } from '../pipeline/response.ts';
import type { Renderer } from './render.ts';
import { writable } from './writable.ts';

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
    const lines = frames.map((frame) => {
      const line = lineOf(frame, renderer, first);
      first &&= frame.type === 'BOOKMARK';
      return line;
    });
    response.write(lines.length === 1 ? lines[0] : Buffer.concat(lines));
    await writable(response, signal);
  }
  response.end();
}

function lineOf(frame: WatchFrame, { key, watch }: Renderer, first: boolean): Uint8Array {
  switch (frame.type) {
    case 'BOOKMARK':
      return watch.frame('BOOKMARK', watch.bookmark(frame.resourceVersion, frame.initialEventsEnd));
    case 'ERROR':
      return watch.frame('ERROR', watch.status(frame.status));
    default:
      return frame.shared(first ? `${key}/first` : key, (value) => watch.frame(frame.type, watch.event(value, first)));
  }
}
