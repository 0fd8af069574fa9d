import type { WebSocket } from 'ws';
import type { ApiResponse, WatchStream } from '../../pipeline/response.ts';
import type { Renderer } from '../render.ts';
import { watchLine } from '../write-watch.ts';
import { NORMAL_CLOSURE } from './accept.ts';
import { createSender, piecesOf } from './sender.ts';

export const BASE64 = 'base64.binary.k8s.io';
/** How bytes are put into messages, as servers know them; the empty name is what a client gets that offers none. */
export const BYTE_PROTOCOLS: readonly string[] = ['binary.k8s.io', BASE64, ''];

/** Sends bytes as they come, no faster than the client takes them, who has nothing to say. Rejects with what went wrong with them. */
export async function serveBytes(
  socket: WebSocket,
  { body }: Extract<ApiResponse, { readonly type: 'stream' }>,
  { subprotocol, signal }: { readonly subprotocol: string; readonly signal: AbortSignal },
): Promise<void> {
  const { send, flush } = createSender(socket);
  const encode = (bytes: Uint8Array): string | Uint8Array =>
    subprotocol === BASE64 ? Buffer.from(bytes).toString('base64') : bytes;
  socket.resume();
  // As real servers tell that the connection stands.
  await send(encode(new Uint8Array()));
  for await (const chunk of body) {
    if (signal.aborted) return;
    for (const piece of piecesOf(chunk)) await send(encode(piece));
  }
  await flush();
  socket.close(NORMAL_CLOSURE);
}

/**
 * Sends a watch, one event a message. It is the text of the event whatever subprotocol there is: so do real servers, and dashboards that
 * offer `base64.binary.k8s.io` rely on it.
 */
export async function serveWatch(
  socket: WebSocket,
  watch: WatchStream,
  renderer: Renderer,
  signal: AbortSignal,
): Promise<void> {
  await using stream = watch;
  const { send, flush } = createSender(socket);
  socket.resume();
  let first = true;
  for (let frames = await stream.read(); frames.length > 0; frames = await stream.read()) {
    for (const frame of frames) {
      if (signal.aborted) return;
      await send(Buffer.from(watchLine(frame, renderer, first)).toString());
      first &&= frame.type === 'BOOKMARK';
    }
  }
  await flush();
  socket.close(NORMAL_CLOSURE);
}
