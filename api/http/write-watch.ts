import type { ServerResponse } from 'node:http';
import type { WatchFrame, WatchStream } from '../pipeline/response.ts';
import type { Renderer } from './render.ts';
import { writable } from './writable.ts';

const NEWLINE = Buffer.from('}\n');
const HEADS: Readonly<Record<WatchFrame['type'], Uint8Array>> = {
  ADDED: Buffer.from('{"type":"ADDED","object":'),
  MODIFIED: Buffer.from('{"type":"MODIFIED","object":'),
  DELETED: Buffer.from('{"type":"DELETED","object":'),
  BOOKMARK: Buffer.from('{"type":"BOOKMARK","object":'),
  ERROR: Buffer.from('{"type":"ERROR","object":'),
};

/**
 * Writes a watch: one JSON object a line, until the watch or its reader ends. The headers go out at once: a client
 * with nothing to see yet would otherwise wait for its answer (facts/kube-api.md, trap 2).
 */
export async function writeWatch(
  response: ServerResponse,
  watch: WatchStream,
  renderer: Renderer,
  signal: AbortSignal,
): Promise<void> {
  await using stream = watch;
  response.setHeader('content-type', 'application/json');
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

function lineOf(frame: WatchFrame, renderer: Renderer, first: boolean): Uint8Array {
  switch (frame.type) {
    case 'BOOKMARK':
      return join('BOOKMARK', renderer.bookmark(frame.resourceVersion, frame.initialEventsEnd));
    case 'ERROR':
      return join('ERROR', Buffer.from(JSON.stringify(frame.status)));
    default:
      return frame.shared(first ? `${renderer.key}/first` : renderer.key, (value) =>
        join(frame.type, renderer.event(value, first)),
      );
  }
}

const join = (type: WatchFrame['type'], object: Uint8Array): Uint8Array =>
  Buffer.concat([HEADS[type], object, NEWLINE]);
