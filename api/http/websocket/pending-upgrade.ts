import { ServerResponse, type IncomingMessage, type Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Upgrade } from '../../pipeline/upgrade.ts';
import { badRequest } from '../../status-error.ts';
import type { HttpHandler } from '../handler.ts';

/** 16 bytes in base64. */
const KEY = /^[+/0-9A-Za-z]{22}==$/;
/** Browsers put a bearer token among the subprotocols; that is no way to talk. */
const TOKEN = 'base64url.bearer.authorization.k8s.io.';

/**
 * For `shouldUpgradeCallback`: only what wants to be a WebSocket leaves HTTP. Any other Upgrade header (`h2c` of curl --http2) is one
 * that a server may ignore.
 */
export function isWebSocket({ method, headers }: IncomingMessage): boolean {
  const hasBody = headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) !== 0;
  return method === 'GET' && headers.upgrade?.toLowerCase() === 'websocket' && !hasBody;
}

/** What a request wants besides an answer. Throws BadRequest for the handshake of a WebSocket that cannot be. */
export function upgradeOf({ headers }: IncomingMessage, response: ServerResponse): Upgrade | undefined {
  if (headers.upgrade === undefined) return undefined;
  const to = headers.upgrade.toLowerCase();
  // Not in the shape that it takes: it is told that a handshake is needed.
  if (to === 'websocket' && !(response instanceof PendingUpgrade)) return undefined;
  if (to !== 'websocket') return { to, subprotocols: [] };
  if (!KEY.test(headers['sec-websocket-key'] ?? '')) throw badRequest('missing or invalid Sec-WebSocket-Key header');
  if (headers['sec-websocket-version'] !== '13') throw badRequest('Sec-WebSocket-Version must be 13');
  const offered = headers['sec-websocket-protocol']?.split(',').map((name) => name.trim()) ?? [];
  return { to, subprotocols: offered.filter((name) => name !== '' && !name.startsWith(TOKEN)) };
}

/**
 * The answer to a request that left HTTP. It is an ordinary one, the last on its connection, unless somebody takes the connection over
 * instead of writing; it is closed when the connection is.
 */
export class PendingUpgrade extends ServerResponse {
  readonly connectionToUpgrade: Socket;
  /** What came behind the request. */
  readonly head: Buffer;

  constructor(request: IncomingMessage, socket: Socket, head: Buffer) {
    super(request);
    this.connectionToUpgrade = socket;
    this.head = head;
    this.shouldKeepAlive = false;
    // Node looks after this for responses of its own alone.
    Object.defineProperty(this, 'writableNeedDrain', { get: () => socket.writableNeedDrain });
    socket.on('drain', () => this.emit('drain'));
    this.once('finish', () => socket.destroySoon());
  }

  /** Its turn has come. */
  begin(): void {
    this.connectionToUpgrade.setTimeout(0);
    this.assignSocket(this.connectionToUpgrade);
  }
}

/** Hands requests that left HTTP to the handler of all others. Disposing cuts the connections off that are left then: the server does not count them. */
export function handleUpgrades(server: Server, handle: HttpHandler): Disposable {
  const sockets = new Set<Socket>();
  server.on('upgrade', (request: IncomingMessage, duplex, head) => {
    const socket = duplex as Socket;
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    handle(request, new PendingUpgrade(request, socket, head));
  });
  return {
    [Symbol.dispose]() {
      for (const socket of sockets) socket.destroy();
    },
  };
}
