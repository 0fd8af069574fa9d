import type { IncomingMessage } from 'node:http';
import { badRequest, failure, StatusError, tooLarge, unsupportedMediaType } from '../status-error.ts';
import { SUPPORTED_BODIES } from '../codec/media-types.ts';

/** The largest body of a request, in bytes: the real server's limit. */
export const MAX_BODY_BYTES = 3 * 1024 * 1024;

const bodyTooLarge = (): StatusError => tooLarge(`Request entity too large: limit is ${String(MAX_BODY_BYTES)}`);

/**
 * The whole body, or undefined when there is none. Throws RequestEntityTooLarge as soon as the limit is passed: the
 * rest is then not read, and the connection must be closed after the answer.
 */
export async function readBody(request: IncomingMessage): Promise<Uint8Array | undefined> {
  const encoding = request.headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') throw unsupportedMediaType(SUPPORTED_BODIES);
  if (Number(request.headers['content-length'] ?? 0) > MAX_BODY_BYTES) throw bodyTooLarge();
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length > MAX_BODY_BYTES) {
        request.pause();
        reject(bodyTooLarge());
      } else {
        chunks.push(chunk);
      }
    });
    request.on('end', () => {
      if (length === 0) resolve(undefined);
      else resolve(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks, length));
    });
    request.on('error', (cause) => reject(Object.assign(badRequest('the body of the request broke off'), { cause })));
    request.on('close', () => {
      if (!request.complete) reject(new StatusError(failure(400, 'BadRequest', 'the body of the request broke off')));
    });
  });
}
