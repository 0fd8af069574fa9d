import type { ServerResponse } from 'node:http';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { ByteSink } from '../byte-sink.ts';
import type { ApiResponse } from '../pipeline/response.ts';
import type { Renderer } from './render.ts';
import { finish, flushed } from './writable.ts';

/** Bytes that are gathered before they are written, and before other work gets its turn. */
const SLICE_BYTES = 128 * 1024;
/** The same for what takes long to make: conversions, long Tables. Looked at now and then, or behind each item that may be slow by itself. */
const SLICE_MS = 3;
const LOOK_EVERY = 16;

type ListResponse = Extract<ApiResponse, { type: 'list' }>;

/**
 * Writes a list in slices, at the reader's pace. A list of one slice goes out whole, with its length. `signal` ends
 * it early: the client then sees a broken answer, never a short one that looks complete.
 */
export async function writeList(
  response: ServerResponse,
  list: ListResponse,
  renderer: Renderer,
  signal: AbortSignal,
): Promise<void> {
  response.setHeader('content-type', renderer.contentType);
  if (renderer.counted) {
    await writeCounted(response, list, renderer, signal);
    return;
  }
  const { head, separator, tail } = renderer.list(list.metadata, list.items.length === 0, 0);
  const sink = new ByteSink();
  put(sink, head);
  const slice = new Slice(renderer);
  for (const [index, value] of list.items.entries()) {
    if (index > 0) sink.text(separator);
    renderer.item(value, sink);
    if (!slice.isFull(sink, index)) continue;
    const [gone] = await Promise.all([flushed(response, sink.take(), signal), nextTurn()]);
    if (!gone) return;
    sink.reuse();
    slice.begin();
  }
  sink.text(tail);
  if (!response.headersSent) response.setHeader('content-length', sink.length);
  finish(response, sink.take());
}

/** When one that makes a long answer gives way to others. */
class Slice {
  readonly #lookEvery: number;
  #began = performance.now();

  constructor({ isSlow }: Renderer) {
    this.#lookEvery = isSlow ? 1 : LOOK_EVERY;
  }

  begin(): void {
    this.#began = performance.now();
  }

  isFull(sink: ByteSink, index: number): boolean {
    if (sink.length >= SLICE_BYTES) return true;
    return (index + 1) % this.#lookEvery === 0 && performance.now() - this.#began > SLICE_MS;
  }
}

const put = (sink: ByteSink, head: string | Uint8Array): void =>
  typeof head === 'string' ? sink.text(head) : sink.bytes(head);

/** Makes all items first, in slices too, because the head says how long they are. */
async function writeCounted(
  response: ServerResponse,
  list: ListResponse,
  renderer: Renderer,
  signal: AbortSignal,
): Promise<void> {
  const slices: Uint8Array[] = [];
  const sink = new ByteSink();
  const slice = new Slice(renderer);
  for (const [index, value] of list.items.entries()) {
    renderer.item(value, sink);
    if (!slice.isFull(sink, index)) continue;
    slices.push(sink.take());
    await nextTurn();
    if (signal.aborted) return;
    slice.begin();
  }
  slices.push(sink.take());
  const total = slices.reduce((sum, { length }) => sum + length, 0);
  put(sink, renderer.list(list.metadata, list.items.length === 0, total).head);
  response.setHeader('content-length', sink.length + total);
  response.write(sink.take());
  for (const each of slices) {
    if (!(await flushed(response, each, signal))) return;
  }
  response.end();
}
