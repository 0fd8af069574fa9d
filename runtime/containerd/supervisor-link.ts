/**
 * A connection that carries nothing and tells when the other side is gone: an HTTP/2 session without streams. It works for a
 * containerd that is not our child as well, and costs nothing while all is well. (A connection without HTTP/2's greeting
 * would be closed by gRPC after two minutes.)
 */
import { connect as connectSession, type ClientHttp2Session } from 'node:http2';
import { connect as connectSocket } from 'node:net';
import { RuntimeError } from '../errors.ts';

export interface Link extends Disposable {
  /** Resolves when the connection has ended, for whatever reason. */
  readonly closed: Promise<void>;
}

/** How long a listening server may take to greet. */
const greetingDeadline = 5000;

/** Resolves when the server has greeted. Rejects with Unavailable. */
export async function openLink(socketPath: string): Promise<Link> {
  const session = connectSession('http://localhost', { createConnection: () => connectSocket(socketPath) });
  const closed = new Promise<void>((resolve) => session.once('close', resolve));
  // Every failure also closes the session, which is what tells us.
  session.on('error', () => undefined);
  const timer = setTimeout(() => session.destroy(), greetingDeadline);
  const greeted = await Promise.race([firstSettings(session), closed.then(() => false)]);
  clearTimeout(timer);
  if (!greeted) throw new RuntimeError('Unavailable', `no containerd answers at ${socketPath}`);
  return { closed, [Symbol.dispose]: () => session.destroy() };
}

function firstSettings(session: ClientHttp2Session): Promise<true> {
  return new Promise((resolve) => session.once('remoteSettings', () => resolve(true)));
}
