import {
  create,
  fromBinary,
  toBinary,
  type DescMessage,
  type DescMethodUnary,
  type MessageInitShape,
  type MessageShape,
} from '@bufbuild/protobuf';
import { StatusError, type ServerMethod } from '../grpc/server.ts';

/** A method with one message in and one out, as an entry of SessionMethods. */
export function unary<I extends DescMessage, O extends DescMessage>(
  method: DescMethodUnary<I, O>,
  handle: (request: MessageShape<I>) => MessageInitShape<O> | Promise<MessageInitShape<O>>,
): readonly [path: string, ServerMethod] {
  const serve: ServerMethod = async (call) => {
    for await (const message of call.messages) {
      const answer = await handle(fromBinary(method.input, message));
      await call.send(toBinary(method.output, create(method.output, answer)));
      return;
    }
    throw new StatusError(3, 'a request without a message');
  };
  return [`/${method.parent.typeName}/${method.name}`, serve];
}
