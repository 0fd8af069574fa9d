/**
 * The server side of a session: a builder connects to us over a connection that we opened, and calls methods of ours.
 *
 * It is written for this one peer, because general servers join repeated metadata into one string (a pattern `a, b` becomes two) and Node's default
 * of 128 header pairs ends any build with a longer ignore file. Here values come one by one, from the raw headers.
 */
import { performServerHandshake, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2';
import type { Duplex } from 'node:stream';
import { serveCall, type ServerMethod } from './server-call.ts';

export type { ServerCall, ServerMethod } from './server-call.ts';
export { StatusError } from './status.ts';

/** Methods by path. What is announced to the builder are just these. */
export type SessionMethods = ReadonlyMap<string, ServerMethod>;

/** A session that is served. Disposing ends the connection and all calls on it, and waits for the methods to return. */
export interface ServedSession extends AsyncDisposable {
  /** Aborted when the connection is gone, whoever ended it. */
  readonly signal: AbortSignal;
  /** Why the connection broke; undefined while it is good, and when an end only closed it. */
  failure(): Error | undefined;
}

const WINDOW = 1024 * 1024;
const CONNECTION_WINDOW = 8 * 1024 * 1024;
/** Methods end with their signal; one that does not is left alone after this many milliseconds. */
const PATIENCE = 3_000;

/** Without it a builder drops the session after two failed checks. Serving: field 1, value 1. */
const HEALTH: readonly [string, ServerMethod] = [
  '/grpc.health.v1.Health/Check',
  (call) => call.send(Uint8Array.of(8, 1)),
];

/** Serves the methods, and the health check, to whoever is at the other end. Never throws: a connection that breaks ends the session. */
export function serveSession(duplex: Duplex, methods: SessionMethods): ServedSession {
  const all = new Map([HEALTH, ...methods]);
  const gone = new AbortController();
  const running = new Set<Promise<void>>();
  let failure: Error | undefined;
  const session = performServerHandshake(duplex, {
    settings: { initialWindowSize: WINDOW, maxHeaderListSize: 1 << 24 },
    maxHeaderListPairs: 1 << 20,
    maxSessionMemory: 1000,
  });
  const end = (): void => gone.abort(new Error('the session is closed'));
  // Always from below: a session that is destroyed first says goodbye, which is an assertion of Node's while another write is under way.
  duplex.on('error', () => duplex.destroy());
  duplex.once('end', () => duplex.destroy());
  session.on('error', (error) => {
    failure ??= error;
    duplex.destroy();
  });
  session.once('close', () => {
    duplex.destroy();
    end();
  });
  session.on('stream', (stream: ServerHttp2Stream, _headers, _flags, rawHeaders: string[]) => {
    const call = serveCall(stream, rawHeaders, all).finally(() => running.delete(call));
    running.add(call);
  });
  widen(session);
  return {
    signal: gone.signal,
    failure: () => failure,
    [Symbol.asyncDispose]: async () => {
      duplex.destroy();
      end();
      await settled(running);
    },
  };
}

/** All streams together may have more on the way than HTTP/2's first 64 KiB. */
function widen(session: ServerHttp2Session): void {
  if (session.destroyed || session.closed) return;
  session.setLocalWindowSize(CONNECTION_WINDOW);
}

async function settled(running: ReadonlySet<Promise<void>>): Promise<void> {
  if (running.size === 0) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, PATIENCE);
  await Promise.race([Promise.allSettled(running), promise]);
  clearTimeout(timer);
}
