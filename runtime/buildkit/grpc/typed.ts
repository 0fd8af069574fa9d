import {
  create,
  fromBinary,
  toBinary,
  type DescMessage,
  type DescMethodServerStreaming,
  type DescMethodUnary,
  type MessageInitShape,
  type MessageShape,
} from '@bufbuild/protobuf';
import type { CallSettings } from './client-call.ts';
import type { GrpcConnection } from './connection.ts';
import { CallError, STATUS } from './status.ts';

/** One message out, one back. Rejects with CallError. */
export async function callUnary<I extends DescMessage, O extends DescMessage>(
  connection: GrpcConnection,
  method: DescMethodUnary<I, O>,
  request: MessageInitShape<I>,
  settings?: CallSettings,
): Promise<MessageShape<O>> {
  const path = pathOf(method);
  let answer: MessageShape<O> | undefined;
  for await (const message of start(connection, path, method.input, request, settings)) {
    answer = fromBinary(method.output, message);
  }
  if (answer === undefined) throw new CallError(STATUS.internal, path, 'it answered without a message');
  return answer;
}

/** One message out, many back at the reader's pace; starts with the first read. Leaving the loop cancels it. Throws CallError. */
export async function* callServerStream<I extends DescMessage, O extends DescMessage>(
  connection: GrpcConnection,
  method: DescMethodServerStreaming<I, O>,
  request: MessageInitShape<I>,
  settings?: CallSettings,
): AsyncGenerator<MessageShape<O>, void, undefined> {
  for await (const message of start(connection, pathOf(method), method.input, request, settings)) {
    yield fromBinary(method.output, message);
  }
}

async function* start<I extends DescMessage>(
  connection: GrpcConnection,
  path: string,
  schema: I,
  request: MessageInitShape<I>,
  settings: CallSettings | undefined,
): AsyncGenerator<Uint8Array, void, undefined> {
  const call = connection.call(path, settings);
  // What goes wrong here is the call's end, and that is read below.
  call.send([toBinary(schema, create(schema, request))]).catch(() => undefined);
  call.end();
  yield* call.messages();
}

function pathOf(method: { readonly name: string; readonly parent: { readonly typeName: string } }): string {
  return `/${method.parent.typeName}/${method.name}`;
}
