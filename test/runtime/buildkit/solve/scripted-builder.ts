/** A builder in this process that does as it is told: what is lost on the way to a real one, and when, nobody can choose. */
import { performServerHandshake, type ServerHttp2Stream } from 'node:http2';
import { duplexPair, type Duplex } from 'node:stream';
import { create, toBinary, type DescMessage, type MessageInitShape } from '@bufbuild/protobuf';
import {
  ListWorkersResponseSchema,
  SolveResponseSchema,
  StatusResponseSchema,
} from '../../../../proto/gen/buildkit/control_pb.ts';
import type { Endpoint } from '../../../../runtime/buildkit/endpoint/endpoint.ts';
import { openConnection } from '../../../../runtime/buildkit/grpc/connection.ts';
import { frameAll } from '../../../../runtime/buildkit/grpc/frames.ts';

type Status = MessageInitShape<typeof StatusResponseSchema>;

export interface StatusCall {
  tell(status: Status): void;
  end(): void;
  /** The connection that it came over goes away. */
  lose(): void;
}

export interface Script {
  /** Each time that somebody asks; `count` from 1. */
  readonly status: (call: StatusCall, count: number) => void;
  /** Resolves: the build is done. Rejects: it failed with this message. */
  readonly solve: () => Promise<void>;
}

export interface ScriptedBuilder extends Disposable {
  readonly endpoint: Endpoint;
  /** How often somebody connected. */
  readonly connections: number;
}

const HEADERS = { ':status': 200, 'content-type': 'application/grpc' } as const;
const WORKER = { id: 'one', labels: { 'org.mobyproject.buildkit.worker.executor': 'oci' } };

export function openScripted(script: Script): ScriptedBuilder {
  const ends: Duplex[] = [];
  let connections = 0;
  let asked = 0;
  const serve = (stream: ServerHttp2Stream, path: string, theirs: Duplex): void => {
    switch (path.split('/').at(-1)) {
      case 'ListWorkers':
        return reply(stream, ListWorkersResponseSchema, { record: [WORKER] });
      case 'Status':
        stream.respond(HEADERS, { waitForTrailers: true });
        stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
        return script.status(
          {
            tell: (status) => stream.write(framed(StatusResponseSchema, status)),
            end: () => stream.end(),
            lose: () => theirs.destroy(),
          },
          ++asked,
        );
      case 'Solve':
        void script.solve().then(
          () => reply(stream, SolveResponseSchema, {}),
          (error: Error) => refuse(stream, 2, error.message),
        );
        return;
      default:
        return refuse(stream, 12, 'unknown');
    }
  };
  const connect = (): Duplex => {
    const [ours, theirs] = duplexPair();
    ends.push(ours, theirs);
    theirs.on('error', () => undefined);
    theirs.once('close', () => ours.destroy());
    return ours;
  };
  return {
    endpoint: {
      kind: 'buildkitd',
      title: 'the builder',
      connect: () => {
        connections++;
        const ours = connect();
        const theirs = ends.at(-1)!;
        const session = performServerHandshake(theirs);
        session.on('error', () => undefined);
        session.on('stream', (stream: ServerHttp2Stream, headers) => {
          stream.on('error', () => undefined);
          serve(stream, headers[':path'] ?? '', theirs);
        });
        return Promise.resolve(openConnection(ours));
      },
      openSession: () => Promise.resolve(connect()),
      hasBridge: () => Promise.resolve(undefined),
      takeImage: () => Promise.resolve(false),
    },
    get connections() {
      return connections;
    },
    [Symbol.dispose]: () => {
      for (const end of ends) end.destroy();
    },
  };
}

function framed<D extends DescMessage>(schema: D, message: MessageInitShape<D>): Buffer {
  return frameAll([toBinary(schema, create(schema, message))]);
}

function reply<D extends DescMessage>(stream: ServerHttp2Stream, schema: D, message: MessageInitShape<D>): void {
  if (stream.destroyed) return;
  stream.respond(HEADERS, { waitForTrailers: true });
  stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
  stream.end(framed(schema, message));
}

function refuse(stream: ServerHttp2Stream, code: number, message: string): void {
  if (stream.destroyed) return;
  stream.respond({ ...HEADERS, 'grpc-status': String(code), 'grpc-message': message }, { endStream: true });
}
