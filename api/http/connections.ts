/** What holds for every connection of a listener: how many, how long, and what is said when it speaks no HTTP. */
import { readFile } from 'node:fs/promises';
import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/** Go clients keep idle connections for 90 s: never be the first to close one. */
const KEEP_ALIVE_MS = 150_000;
/** From the first byte of a request to the end of its headers: for a client that sends drop by drop. */
const HEADERS_TIMEOUT_MS = 20_000;
/** From the first byte of a request to the end of its body. How long an answer takes is not limited here. */
const REQUEST_TIMEOUT_MS = 60_000;
const MAX_HEADER_BYTES = 64 * 1024;

/** Options of node:http and node:https; `handshakeTimeout` is read by the latter only. */
export const CONNECTION_OPTIONS = {
  keepAliveTimeout: KEEP_ALIVE_MS,
  headersTimeout: HEADERS_TIMEOUT_MS,
  requestTimeout: REQUEST_TIMEOUT_MS,
  handshakeTimeout: HEADERS_TIMEOUT_MS,
  connectionsCheckingInterval: 5_000,
  maxHeaderSize: MAX_HEADER_BYTES,
  noDelay: true,
  insecureHTTPParser: false,
} as const;

const MOST_CONNECTIONS = 20_000;
/** Of the files that the process may open; the rest is for the store, logs and containerd. */
const SHARE_OF_FILES = 0.6;

/** How many connections one listener takes; more are closed as they come. */
export async function connectionLimit(): Promise<number> {
  const limits = await readFile('/proc/self/limits', 'utf8').catch(() => '');
  const files = Number(/^Max open files\s+(\d+)/m.exec(limits)?.[1] ?? Infinity);
  return Math.min(MOST_CONNECTIONS, Math.floor(files * SHARE_OF_FILES));
}

/** Answers what is no HTTP, and lets connections wait that have not been used yet. */
export function guardConnections(server: Server): void {
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    if (!socket.writable || error.code === 'ECONNRESET') {
      socket.destroy();
      return;
    }
    if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT' && socket.bytesRead === 0) {
      waitForUse(socket);
      return;
    }
    socket.end(`HTTP/1.1 ${statusLineOf(error.code)}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
  });
}

/**
 * Go dials ahead, and keeps a connection that it did not need at once. Node counts the time for headers from the start of
 * the connection and would close it under the first request; when one begins, Node counts anew.
 */
function waitForUse(socket: Socket): void {
  const timer = setTimeout(() => {
    if (socket.bytesRead === 0) socket.destroy();
  }, KEEP_ALIVE_MS - HEADERS_TIMEOUT_MS).unref();
  socket.once('close', () => clearTimeout(timer));
}

function statusLineOf(code: string | undefined): string {
  if (code === 'HPE_HEADER_OVERFLOW') return '431 Request Header Fields Too Large';
  return code === 'ERR_HTTP_REQUEST_TIMEOUT' ? '408 Request Timeout' : '400 Bad Request';
}
