import {
  create,
  fromBinary,
  toBinary,
  type DescMethodUnary,
  type DescMessage,
  type MessageInitShape,
  type MessageShape,
} from '@bufbuild/protobuf';
import type { SessionMethods } from '../../../../runtime/buildkit/grpc/server.ts';
import { memoryCall } from './memory-call.ts';

/** What the builder gets for one message. Rejects with what the method throws. */
export async function callUnary<I extends DescMessage, O extends DescMessage>(
  methods: SessionMethods,
  method: DescMethodUnary<I, O>,
  request: MessageInitShape<I>,
): Promise<MessageShape<O>> {
  const serve = methods.get(`/${method.parent.typeName}/${method.name}`);
  if (serve === undefined) throw new Error(`${method.name} is not there`);
  const memory = memoryCall();
  memory.push(toBinary(method.input, create(method.input, request)));
  memory.end();
  await serve(memory.call);
  const { value } = await memory.sent.next();
  return fromBinary(method.output, value as Uint8Array);
}
