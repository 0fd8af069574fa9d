/** Listeners: a unix socket for everybody who may open it, HTTPS on loopback for everybody with a certificate. */
import { chmod, chown, lstat, unlink } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { once } from 'node:events';
import { dirname } from 'node:path';
import type { TLSSocket } from 'node:tls';
import type { Credentials } from '../pipeline/request.ts';
import { connectionLimit, CONNECTION_OPTIONS, guardConnections } from './connections.ts';
import { createHttpHandler, type HandlerOptions, type HttpHandler } from './handler.ts';
import { inTurn } from './in-turn.ts';
import { handleUpgrades, isWebSocket } from './websocket/pending-upgrade.ts';

/** The longest path that fits the kernel's sockaddr_un. */
const MAX_SOCKET_PATH = 107;
/** Connections that wait to be accepted; the kernel allows 4096. More are refused at once on a unix socket. */
const BACKLOG = 4096;
/** How long running requests may take when the server stops. */
const CLOSE_GRACE_MS = 2_000;

export interface Listener extends AsyncDisposable {
  /** `unix:///path` or `https://127.0.0.1:6443`. */
  readonly address: string;
}

export type ListenOptions = Omit<HandlerOptions, 'credentialsOf'>;

/** PEM: the server's own key and certificate, and who vouches for clients. */
export interface TlsMaterial {
  readonly key: string;
  readonly cert: string;
  readonly ca: string;
}

export interface HttpsListener extends Listener {
  /** New connections use these from now on. */
  renew(material: TlsMaterial): void;
}

export interface UnixListenOptions extends ListenOptions {
  readonly path: string;
  /** Gid whose members may open the socket too. */
  readonly group?: number;
}

export interface HttpsListenOptions extends ListenOptions, TlsMaterial {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
}

/** Rejects when another server listens there, or when the path cannot be a socket. */
export async function listenUnix({ path, group, ...options }: UnixListenOptions): Promise<Listener> {
  if (Buffer.byteLength(path) > MAX_SOCKET_PATH) {
    throw new Error(
      `socket path ${path} is longer than ${String(MAX_SOCKET_PATH)} bytes: choose a shorter run directory`,
    );
  }
  await removeStale(path);
  const credentials: Credentials = { transport: 'unix' };
  const handle = inTurn(createHttpHandler({ ...options, credentialsOf: () => credentials }));
  const server = createServer({ ...CONNECTION_OPTIONS, shouldUpgradeCallback: isWebSocket }, handle);
  server.on('checkContinue', handle);
  // the socket file must never be open to others, not even for a moment
  const before = process.umask(0o177);
  try {
    server.listen({ path, backlog: BACKLOG });
  } finally {
    process.umask(before);
  }
  await once(server, 'listening');
  const open = await listener(server, `unix://${path}`, handle, options);
  try {
    if (group !== undefined) {
      await chown(path, -1, group);
      await chmod(path, 0o660);
    }
  } catch (error) {
    // An open server would keep the process alive that failed to start.
    await open[Symbol.asyncDispose]();
    throw error;
  }
  return open;
}

export async function listenHttps({
  host,
  port,
  key,
  cert,
  ca,
  ...options
}: HttpsListenOptions): Promise<HttpsListener> {
  const callers = new WeakMap<Socket, Caller>();
  const credentialsOf: HandlerOptions['credentialsOf'] = ({ socket }) => {
    let caller = callers.get(socket);
    if (caller === undefined) callers.set(socket, (caller = callerOf(socket as TLSSocket)));
    // a connection may live longer than the certificate that it began with
    return options.clock.now() < caller.until ? caller.credentials : NOBODY;
  };
  const handle = inTurn(createHttpHandler({ ...options, credentialsOf }));
  const server = createTlsServer(
    {
      ...CONNECTION_OPTIONS,
      shouldUpgradeCallback: isWebSocket,
      key,
      cert,
      ca,
      requestCert: true,
      rejectUnauthorized: false,
      ALPNProtocols: ['http/1.1'],
      minVersion: 'TLSv1.2',
    },
    handle,
  ).on('checkContinue', handle);
  server.on('tlsClientError', (_error, socket) => socket.destroy());
  server.listen({ host, port, backlog: BACKLOG });
  await once(server, 'listening');
  const { port: actual } = server.address() as AddressInfo;
  const address = `https://${host.includes(':') ? `[${host}]` : host}:${String(actual)}`;
  const open = await listener(server, address, handle, options);
  return { ...open, renew: (material) => server.setSecureContext(material) };
}

/** Who is at the other end of a connection, and until when his certificate vouches for him. */
interface Caller {
  readonly credentials: Credentials;
  /** Milliseconds since the epoch. */
  readonly until: number;
}

const NOBODY: Credentials = { transport: 'tls' };

/** Only certificates that our authority has issued for clients, and that hold at the time, are somebody's. */
function callerOf(socket: TLSSocket): Caller {
  const nobody = { credentials: NOBODY, until: Infinity };
  if (!socket.authorized) return nobody;
  const { subject, fingerprint256, valid_to: end } = socket.getPeerCertificate();
  const { CN, O } = subject as { readonly CN?: unknown; readonly O?: unknown };
  if (typeof CN !== 'string') return nobody;
  const organizations = [O].flat().filter((name): name is string => typeof name === 'string');
  const fingerprint = fingerprint256.replaceAll(':', '').toLowerCase();
  return {
    credentials: { transport: 'tls', certificate: { commonName: CN, organizations, fingerprint } },
    until: Date.parse(end),
  };
}

async function listener(
  server: Server,
  address: string,
  handle: HttpHandler,
  { log }: ListenOptions,
): Promise<Listener> {
  server.on('error', (err) => log.error({ err, address }, 'listener failed'));
  guardConnections(server);
  const upgrades = handleUpgrades(server, handle);
  server.maxConnections = await connectionLimit();
  return { address, [Symbol.asyncDispose]: () => close(server, upgrades) };
}

async function close(server: Server, upgrades: Disposable): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeIdleConnections();
  const timer = setTimeout(() => {
    server.closeAllConnections();
    upgrades[Symbol.dispose]();
  }, CLOSE_GRACE_MS);
  await closed;
  clearTimeout(timer);
}

/** A socket file that nobody answers on is what a killed daemon left behind. */
async function removeStale(path: string): Promise<void> {
  const socket = connect({ path });
  try {
    await once(socket, 'connect');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') {
      // listen(2) would speak of a permission.
      await lstat(dirname(path));
      return;
    }
    if (code !== 'ECONNREFUSED') throw error;
    if (!(await lstat(path)).isSocket()) {
      throw new Error(`${path} is there and no socket: move it away, or choose another run directory`, {
        cause: error,
      });
    }
    await unlink(path);
    return;
  } finally {
    socket.destroy();
  }
  throw new Error(`another server is listening on ${path}: stop it, or choose another run directory`);
}
