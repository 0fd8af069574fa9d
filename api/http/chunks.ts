/**
 * Chunks (RFC 9112, 7.1) that are framed once and go to many connections as they are. Node would frame them for each response, in
 * four pieces that it gathers again: with hundreds of watchers of one object that is a third of all work.
 */
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

const LINE_END = Buffer.from('\r\n');
const NEWLINE = 0x0a;

/** Pieces, `bytes` long together, as one chunk. */
export function chunkOf(pieces: readonly Uint8Array[], bytes: number): Uint8Array {
  return Buffer.concat([Buffer.from(`${bytes.toString(16)}\r\n`), ...pieces, LINE_END]);
}

/**
 * Writes a chunk behind a head that has gone out; returns what was written to, and may need to drain. A client of HTTP/1.0, who knows no
 * chunks, gets what is in it.
 */
export function writeChunk(response: ServerResponse, chunk: Uint8Array): ServerResponse | Socket {
  const { socket } = response;
  if (!response.chunkedEncoding || socket === null) {
    response.write(chunk.subarray(chunk.indexOf(NEWLINE) + 1, -LINE_END.length));
    return response;
  }
  socket.write(chunk);
  return socket;
}
