import { performServerHandshake, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2';
import { duplexPair, type Duplex } from 'node:stream';
import { openConnection, type GrpcConnection } from '../../../../runtime/buildkit/grpc/connection.ts';
import { frameAll, messagesOf } from '../../../../runtime/buildkit/grpc/frames.ts';

/** A connection of ours, and a server at the other end in this process. */
export interface ServerPeer extends Disposable {
  readonly connection: GrpcConnection;
  readonly session: ServerHttp2Session;
  readonly ends: readonly [ours: Duplex, theirs: Duplex];
}

export type Handler = (stream: ServerHttp2Stream, rawHeaders: readonly string[]) => void | Promise<void>;

/** Serves every call by one handler. */
export function openServer(handler: Handler): ServerPeer {
  const [ours, theirs] = duplexPair();
  const session = performServerHandshake(theirs);
  session.on('error', () => undefined);
  session.on('stream', (stream: ServerHttp2Stream, _headers, _flags, rawHeaders: string[]) => {
    stream.on('error', () => undefined);
    void handler(stream, rawHeaders);
  });
  const connection = openConnection(ours);
  return {
    connection,
    session,
    ends: [ours, theirs],
    [Symbol.dispose]: () => {
      connection[Symbol.dispose]();
      theirs.destroy();
    },
  };
}

/** Answers with messages and a status. */
export function answer(stream: ServerHttp2Stream, texts: readonly string[], trailers: Record<string, string>): void {
  stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
  stream.on('wantTrailers', () => stream.sendTrailers(trailers));
  stream.end(frameAll(texts.map((text) => Buffer.from(text))));
}

/** All messages of a call as texts; rejects as the call does. */
export async function read(messages: AsyncIterable<Uint8Array>): Promise<string[]> {
  const texts: string[] = [];
  for await (const message of messages) texts.push(Buffer.from(message).toString());
  return texts;
}

/** What a call sent us, as texts. */
export const received = (stream: ServerHttp2Stream): Promise<string[]> => read(messagesOf(stream));
