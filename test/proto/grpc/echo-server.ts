import {
  create,
  fromBinary,
  toBinary,
  type DescMessage,
  type DescMethod,
  type DescService,
  type MessageInitShape,
} from '@bufbuild/protobuf';
import {
  Server,
  ServerCredentials,
  status,
  type Metadata,
  type ServerDuplexStream,
  type ServerUnaryCall,
  type ServerWritableStream,
  type UntypedHandleCall,
} from '@grpc/grpc-js';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder } from '../../support/interruption.ts';

/** Handlers by `Service.method`. What is not handled answers UNIMPLEMENTED. */
export type Handlers = Readonly<Record<string, UntypedHandleCall>>;

export interface EchoServer extends AsyncDisposable {
  readonly socketPath: string;
  /** `unix://` and the path. */
  readonly target: string;
}

/** A gRPC server in this process, on a unix socket of its own or a given one. */
export async function startServer(
  services: readonly DescService[],
  handlers: Handlers,
  at?: string,
): Promise<EchoServer> {
  const folder = at === undefined ? await makeFolder('/tmp/tsm-g-') : undefined;
  const socketPath = at ?? join(folder ?? '', 's');
  const server = new Server({ 'grpc.max_receive_message_length': -1 });
  for (const service of services) {
    const definition = Object.fromEntries(service.methods.map((method) => [method.localName, wire(method)]));
    const own = Object.entries(handlers).flatMap(([name, handler]) => {
      const [type, method] = name.split('.');
      return type === service.name && method !== undefined ? [[method, handler] as const] : [];
    });
    server.addService(definition, Object.fromEntries(own));
  }
  await new Promise<void>((resolve, reject) => {
    server.bindAsync(`unix://${socketPath}`, ServerCredentials.createInsecure(), (error) =>
      error === null ? resolve() : reject(error),
    );
  });
  return {
    socketPath,
    target: `unix://${socketPath}`,
    [Symbol.asyncDispose]: async () => {
      server.forceShutdown();
      if (folder !== undefined) await rm(folder, { recursive: true, force: true });
    },
  };
}

function wire(method: DescMethod) {
  const { input, output } = method;
  return {
    path: `/${method.parent.typeName}/${method.name}`,
    requestStream: method.methodKind === 'bidi_streaming' || method.methodKind === 'client_streaming',
    responseStream: method.methodKind === 'bidi_streaming' || method.methodKind === 'server_streaming',
    requestSerialize: (value: MessageInitShape<DescMessage>) => Buffer.from(toBinary(input, create(input, value))),
    requestDeserialize: (bytes: Buffer) => fromBinary(input, bytes),
    responseSerialize: (value: MessageInitShape<DescMessage>) => Buffer.from(toBinary(output, create(output, value))),
    responseDeserialize: (bytes: Buffer) => fromBinary(output, bytes),
  };
}

/** Answers each call with what `answer` makes of its request and headers, or fails with the code and text that it throws. */
export function unary(answer: (request: never, metadata: Metadata) => object | Promise<object>): UntypedHandleCall {
  const handle = async (
    call: ServerUnaryCall<never, object>,
    reply: (error: object | null, value?: object) => void,
  ): Promise<void> => {
    try {
      reply(null, await answer(call.request, call.metadata));
    } catch (error) {
      reply(error as object);
    }
  };
  return handle as unknown as UntypedHandleCall;
}

export function serverStream(run: (call: ServerWritableStream<never, object>) => void): UntypedHandleCall {
  return run as UntypedHandleCall;
}

export function bidi(run: (call: ServerDuplexStream<never, object>) => void): UntypedHandleCall {
  return run as UntypedHandleCall;
}

export function failure(code: keyof typeof status, details: string): object {
  return { code: status[code], details };
}
