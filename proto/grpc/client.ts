import type { DescService, MessageInitShape, MessageShape } from '@bufbuild/protobuf';
import type { GenService, GenServiceMethods } from '@bufbuild/protobuf/codegenv2';
import { callBidi, type BidiCall } from './bidi.ts';
import type { Channel } from './channel.ts';
import { wireMethod, type CallOptions } from './method.ts';
import { callServerStream } from './server-stream.ts';
import { callUnary } from './unary.ts';

/** The methods of a service as typed functions. Client streaming alone occurs in no API that we speak. */
export type ServiceClient<Methods extends GenServiceMethods> = {
  readonly [Name in keyof Methods]: Methods[Name]['methodKind'] extends 'unary'
    ? (
        request: MessageInitShape<Methods[Name]['input']>,
        options?: CallOptions,
      ) => Promise<MessageShape<Methods[Name]['output']>>
    : Methods[Name]['methodKind'] extends 'server_streaming'
      ? (
          request: MessageInitShape<Methods[Name]['input']>,
          options?: CallOptions,
        ) => AsyncIterable<MessageShape<Methods[Name]['output']>>
      : Methods[Name]['methodKind'] extends 'bidi_streaming'
        ? (
            options?: CallOptions,
          ) => BidiCall<MessageInitShape<Methods[Name]['input']>, MessageShape<Methods[Name]['output']>>
        : never;
};

/** The client type of a generated service constant. */
export type ClientOf<Service> = Service extends GenService<infer Methods> ? ServiceClient<Methods> : never;

/** Typed calls of `service` on `channel`. Cheap: nothing is sent, codecs are made per method. Calls reject with GrpcError. */
export function createClient<Methods extends GenServiceMethods>(
  service: GenService<Methods>,
  channel: Channel,
): ServiceClient<Methods> {
  const client: Record<string, unknown> = {};
  for (const method of (service as DescService).methods) {
    const wire = wireMethod(method);
    switch (method.methodKind) {
      case 'unary':
        client[method.localName] = (request: unknown, options?: CallOptions) =>
          callUnary(channel, wire, request, options);
        break;
      case 'server_streaming':
        client[method.localName] = (request: unknown, options?: CallOptions) =>
          callServerStream(channel, wire, request, options);
        break;
      case 'bidi_streaming':
        client[method.localName] = (options?: CallOptions) => callBidi(channel, wire, options);
        break;
      case 'client_streaming':
        break;
    }
  }
  return client as ServiceClient<Methods>;
}
