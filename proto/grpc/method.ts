import {
  create,
  fromBinary,
  toBinary,
  type DescMessage,
  type DescMethod,
  type MessageInitShape,
} from '@bufbuild/protobuf';
import type { Headers } from './channel.ts';

/** What every call accepts besides its message. */
export interface CallOptions {
  /** Aborting it cancels the call on both sides and rejects with CANCELLED. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds; 0 for none. Default: the channel's for unary calls, none for streams. */
  readonly deadline?: number;
  readonly headers?: Headers;
}

/** A method as grpc-js wants it: path and the two codecs. */
export interface WireMethod {
  /** `package.Service/Method`, for messages. */
  readonly name: string;
  readonly path: string;
  readonly encode: (value: unknown) => Buffer;
  readonly decode: (bytes: Buffer) => unknown;
}

/** Accepts plain initializers as well as finished messages. Byte fields of answers are views of the received buffer. */
export function wireMethod(method: DescMethod): WireMethod {
  const name = `${method.parent.typeName}/${method.name}`;
  const { input, output } = method;
  return {
    name,
    path: `/${name}`,
    encode: (value) => asBuffer(toBinary(input, create(input, value as MessageInitShape<DescMessage>))),
    decode: (bytes) => fromBinary(output, bytes),
  };
}

/** A method whose messages we neither read nor make: bytes in both directions. */
export function rawMethod(name: string): WireMethod {
  return { name, path: `/${name}`, encode: (value) => asBuffer(value as Uint8Array), decode: (bytes) => bytes };
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** A point in time for grpc-js, or nothing. */
export function deadlineOf(milliseconds: number): { deadline?: number } {
  return milliseconds === 0 ? {} : { deadline: Date.now() + milliseconds };
}
