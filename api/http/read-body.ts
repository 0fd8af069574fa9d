import type { IncomingMessage, ServerResponse } from 'node:http';
import { badRequest, tooLarge, unsupportedMediaType, type StatusError } from '../status-error.ts';
import { SUPPORTED_BODIES } from '../codec/media-types.ts';

/** The largest body of a request, in bytes: the real server's limit. */
export const MAX_BODY_BYTES = 3 * 1024 * 1024;

const bodyTooLarge = (): StatusError => tooLarge(`Request entity too large: limit is ${String(MAX_BODY_BYTES)}`);

const brokeOff = (): StatusError => badRequest('the body of the request broke off');

const EXPECTS_CONTINUE = /(?:^|,)\s*100-continue\s*(?:,|$)/i;

/** The client sends its body when it is asked to, and nobody has begun to read it yet. */
export const waitsForContinue = (request: IncomingMessage): boolean =>
  request.readableFlowing === null && EXPECTS_CONTINUE.test(request.headers.expect ?? '');

/**
 * The whole body, or undefined when there is none; asks for it where the client waits for that. Throws
 * RequestEntityTooLarge as soon as the limit is passed: the rest is then not read.
 */
export async function readBody(request: IncomingMessage, response: ServerResponse): Promise<Uint8Array | undefined> {
  const encoding = request.headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') throw unsupportedMediaType(SUPPORTED_BODIES);
  if (Number(request.headers['content-length'] ?? 0) > MAX_BODY_BYTES) throw bodyTooLarge();
  if (waitsForContinue(request)) response.writeContinue();
  if (request.destroyed && !request.complete) throw brokeOff();
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const take = (chunk: Buffer): void => {
      length += chunk.length;
      if (length <= MAX_BODY_BYTES) {
        chunks.push(chunk);
        return;
      }
      request.off('data', take).pause();
      chunks.length = 0;
      reject(bodyTooLarge());
    };
    request.on('data', take);
    request.on('end', () => {
      if (length === 0) resolve(undefined);
      else resolve(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks, length));
    });
    request.on('error', (cause) => reject(Object.assign(brokeOff(), { cause })));
    request.on('close', () => {
      if (!request.complete) reject(brokeOff());
    });
  });
}
