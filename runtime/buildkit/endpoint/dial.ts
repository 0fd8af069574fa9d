import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { RuntimeError } from '../../errors.ts';
import type { BuilderEndpoint } from '../../ports/builders.ts';

type Tcp = BuilderEndpoint & { readonly type: 'tcp' };

/** Milliseconds until a builder that does not even take the connection counts as away. */
export const CONNECT_DEADLINE = 10_000;
const KEEP_ALIVE = 15_000;

/** A unix socket that is connected. Rejects with RuntimeError. */
export function dialUnix(path: string, title: string, signal?: AbortSignal): Promise<Socket> {
  return connected(() => connect(path), 'connect', title, signal);
}

/** A TCP connection, with TLS when there is a CA. Rejects with RuntimeError. */
export function dialTcp({ host, port, tls }: Tcp, title: string, signal?: AbortSignal): Promise<Socket> {
  const keep = { keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE, noDelay: true };
  if (tls === undefined) return connected(() => connect({ host, port, ...keep }), 'connect', title, signal);
  const { ca, cert, key, serverName } = tls;
  const secure = { ca, ...(cert === undefined ? {} : { cert }), ...(key === undefined ? {} : { key }) };
  return connected(
    () => {
      const name = serverName ?? (/^[\d.]+$|:/.test(host) ? undefined : host);
      const names = name === undefined ? {} : { servername: name };
      const socket = connectTls({ host, port, ...secure, ...names, ALPNProtocols: ['h2'] });
      socket.setKeepAlive(true, KEEP_ALIVE);
      socket.setNoDelay(true);
      return socket;
    },
    'secureConnect',
    title,
    signal,
  );
}

function connected(
  open: () => Socket,
  event: 'connect' | 'secureConnect',
  title: string,
  signal: AbortSignal | undefined,
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) return reject(cancelledError(signal));
    let socket: Socket;
    try {
      socket = open();
    } catch (error) {
      // Certificates and keys that are none are found out before anything is sent.
      return reject(new RuntimeError('InvalidArgument', `${title}: ${textOf(error)}`, { cause: error }));
    }
    const finish = (error?: RuntimeError): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
      socket.off('error', fail);
      if (error === undefined) return resolve(socket);
      socket.on('error', () => undefined);
      socket.destroy();
      reject(error);
    };
    const fail = (error: unknown): void => finish(unavailable(title, error));
    const abort = (): void => finish(cancelledError(signal));
    const timer = setTimeout(() => fail(new Error(`no answer within ${CONNECT_DEADLINE} ms`)), CONNECT_DEADLINE);
    signal?.addEventListener('abort', abort, { once: true });
    socket.once('error', fail);
    socket.once(event, () => finish());
  });
}

/** Nobody there, or nobody who lets us in. */
export function unavailable(title: string, cause: unknown): RuntimeError {
  return new RuntimeError('Unavailable', `${title} does not answer: ${explain(cause)}`, {
    cause,
    reason: 'BuilderUnavailable',
  });
}

export function cancelledError(signal: AbortSignal | undefined): RuntimeError {
  return new RuntimeError('Cancelled', 'cancelled', { cause: signal?.reason });
}

const EXPLANATIONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such socket; is it running?',
  ECONNREFUSED: 'nobody listens there (connection refused); is it running?',
  EACCES: 'access to the socket is denied; run as a user who may open it',
  ENOTFOUND: 'no such host',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed; give it as the CA',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate does not come from the CA that was given',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate does not come from the CA that was given',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its certificate does not come from the CA that was given',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name; give the name as serverName',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it does not speak TLS',
};

function explain(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return EXPLANATIONS[code] ?? textOf(error);
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
