import type { ServerResponse } from 'node:http';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ApiResponse } from '../pipeline/response.ts';
import type { Renderer } from './render.ts';
import { writable } from './writable.ts';

/** Bytes that are gathered before they are written, and before other work gets its turn. */
const SLICE_BYTES = 64 * 1024;

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
  let parts: Uint8Array[] = [bytesOf(head)];
  let bytes = 0;
  const between = Buffer.from(separator);
  for (const [index, value] of list.items.entries()) {
    if (index > 0 && between.length > 0) parts.push(between);
    const item = renderer.item(value);
    parts.push(item);
    bytes += item.length;
    if (bytes < SLICE_BYTES) continue;
    response.write(Buffer.concat(parts));
    parts = [];
    bytes = 0;
    await Promise.all([writable(response, signal), nextTurn()]);
    if (signal.aborted) return;
  }
  parts.push(Buffer.from(tail));
  const last = Buffer.concat(parts);
  if (!response.headersSent) response.setHeader('content-length', last.length);
  response.end(last);
}

const bytesOf = (head: string | Uint8Array): Uint8Array => (typeof head === 'string' ? Buffer.from(head) : head);

/** Makes all items first, in slices too, because the head says how long they are. */
async function writeCounted(
  response: ServerResponse,
  list: ListResponse,
  renderer: Renderer,
  signal: AbortSignal,
): Promise<void> {
  const items: Uint8Array[] = [];
  let total = 0;
  let slice = 0;
  for (const value of list.items) {
    const item = renderer.item(value);
    items.push(item);
    total += item.length;
    slice += item.length;
    if (slice < SLICE_BYTES) continue;
    slice = 0;
    await nextTurn();
    if (signal.aborted) return;
  }
  const head = bytesOf(renderer.list(list.metadata, items.length === 0, total).head);
  response.setHeader('content-length', head.length + total);
  response.write(head);
  for (const item of items) {
    response.write(item);
    await writable(response, signal);
    if (signal.aborted) return;
  }
  response.end();
}
