import { connect, type ClientHttp2Session, type ClientHttp2Stream, type IncomingHttpHeaders } from 'node:http2';
import { once } from 'node:events';
import { createConnection, createServer, type AddressInfo } from 'node:net';
import { duplexPair, type Duplex } from 'node:stream';
import { frameAll, messagesOf } from '../../../../runtime/buildkit/grpc/frames.ts';
import { serveSession, type ServedSession, type SessionMethods } from '../../../../runtime/buildkit/grpc/server.ts';

/** A served session, and the builder's end of it. */
export interface SessionPeer extends AsyncDisposable {
  readonly served: ServedSession;
  readonly client: ClientHttp2Session;
  readonly ends: readonly [ours: Duplex, theirs: Duplex];
}

/** Serves methods over a pair of streams; by default one in this process. */
export function openPeer(
  methods: SessionMethods,
  [ours, theirs]: readonly [Duplex, Duplex] = duplexPair(),
): SessionPeer {
  const served = serveSession(ours, methods);
  const client = connect('http://localhost', {
    createConnection: () => theirs,
    maxHeaderListPairs: 1 << 20,
    maxSendHeaderBlockLength: 1 << 24,
  });
  client.on('error', () => undefined);
  return {
    served,
    client,
    ends: [ours, theirs],
    [Symbol.asyncDispose]: async () => {
      theirs.destroy();
      await served[Symbol.asyncDispose]();
    },
  };
}

/** The two ends of a connection that the kernel has. */
export async function socketPair(): Promise<readonly [Duplex, Duplex]> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const theirs = createConnection((server.address() as AddressInfo).port, '127.0.0.1');
  const [ours] = (await once(server, 'connection')) as [Duplex];
  server.close();
  return [ours, theirs];
}

/** Opens a call; `headers` values may be lists, which are sent as repeated fields. */
export function request(
  client: ClientHttp2Session,
  path: string,
  headers: Readonly<Record<string, string | string[]>> = {},
): ClientHttp2Stream {
  const stream = client.request({ ':method': 'POST', ':path': path, 'content-type': 'application/grpc', ...headers });
  stream.on('error', () => undefined);
  return stream;
}

/** How a call ended: all messages, and the trailers (or headers, when there was nothing else). */
export async function outcome(
  stream: ClientHttp2Stream,
): Promise<{ readonly messages: readonly string[]; readonly trailers: IncomingHttpHeaders }> {
  let trailers: IncomingHttpHeaders = {};
  stream.on('response', (headers) => (trailers = { ...headers }));
  stream.on('trailers', (headers) => (trailers = headers));
  const messages: string[] = [];
  for await (const message of messagesOf(stream)) messages.push(Buffer.from(message).toString());
  return { messages, trailers };
}

export const framed = (...texts: readonly string[]): Buffer => frameAll(texts.map((text) => Buffer.from(text)));
