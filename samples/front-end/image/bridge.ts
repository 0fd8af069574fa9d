/**
 * The way back to BuildKit: a front end talks gRPC over its own standard input and output to the service
 * `moby.buildkit.v1.frontend.LLBBridge`, which solves graphs and reads files for it.
 */
import { connect, constants, type ClientHttp2Session } from 'node:http2';
import type { IncomingHttpHeaders } from 'node:http';
import { Duplex } from 'node:stream';

const SERVICE = '/moby.buildkit.v1.frontend.LLBBridge/';
const PREFIX = 5;

/** An answer with another status than 0. */
export class BridgeError extends Error {
  override readonly name = 'BridgeError';
}

export class Bridge {
  readonly #session: ClientHttp2Session;

  constructor(input: NodeJS.ReadableStream, output: NodeJS.WritableStream) {
    const duplex = Duplex.from({ readable: input, writable: output });
    this.#session = connect('http://localhost', { createConnection: () => duplex });
    // A builder that goes away has no use for an answer.
    this.#session.on('error', () => process.exit(1));
  }

  /** One unary call: the bytes of the request, those of the answer. */
  call(method: string, request: Uint8Array): Promise<Uint8Array> {
    const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>();
    const stream = this.#session.request({
      [constants.HTTP2_HEADER_METHOD]: 'POST',
      [constants.HTTP2_HEADER_PATH]: `${SERVICE}${method}`,
      'content-type': 'application/grpc',
      te: 'trailers',
    });
    const chunks: Buffer[] = [];
    const status: { code?: string; message?: string } = {};
    // A call that fails at once says so in its first headers, others in the last ones.
    const note = (headers: IncomingHttpHeaders): void => {
      const { 'grpc-status': code, 'grpc-message': text } = headers;
      if (typeof code === 'string') status.code = code;
      if (typeof text === 'string') status.message = text;
    };
    stream.on('response', note);
    stream.on('trailers', note);
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('error', reject);
    stream.on('end', () => {
      if (status.code !== '0') {
        reject(new BridgeError(decodeURIComponent(status.message ?? `${method} was not answered`)));
      } else {
        resolve(Buffer.concat(chunks).subarray(PREFIX));
      }
    });
    const prefix = Buffer.alloc(PREFIX);
    prefix.writeUInt32BE(request.byteLength, 1);
    stream.end(Buffer.concat([prefix, request]));
    return promise;
  }
}
