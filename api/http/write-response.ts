import type { ServerResponse } from 'node:http';
import type { ApiRequest } from '../pipeline/request.ts';
import type { ApiResponse } from '../pipeline/response.ts';
import { PROTOBUF } from '../codec/media-types.ts';
import { chooseRenderer } from './choose-renderer.ts';
import { protobufStatus } from './protobuf.ts';
import type { Renderer } from './render.ts';
import { finish } from './writable.ts';
import { writeList } from './write-list.ts';
import { writeStream } from './write-stream.ts';
import { writeWatch } from './write-watch.ts';
import type { ServedResource } from '../registry/resource.ts';

/** Warnings of one answer together, in bytes: clients bound the size of headers. */
const MAX_WARNING_BYTES = 4096;

/** Serialises what the pipeline answered. Throws a StatusError as long as nothing has been sent. */
export async function writeResponse(
  response: ServerResponse,
  answer: ApiResponse,
  request: Pick<ApiRequest, 'representation' | 'parameters' | 'signal'>,
  now: () => number,
): Promise<void> {
  const rendererOf = (resource: ServedResource): Promise<Renderer> => chooseRenderer(request, resource, now);
  switch (answer.type) {
    case 'object': {
      const renderer = await rendererOf(answer.resource);
      writeWhole(response, answer.code, renderer.contentType, renderer.object(answer.value));
      return;
    }
    case 'list':
      await writeList(response, answer, await rendererOf(answer.resource), request.signal);
      return;
    case 'watch':
      await writeWatch(response, answer.stream, await rendererOf(answer.resource), request.signal);
      return;
    case 'stream':
      await writeStream(response, answer.contentType, answer.body, request.signal);
      return;
    case 'status':
      setRetryAfter(response, answer.status.details?.retryAfterSeconds);
      // JSON also where YAML was asked for
      if (request.representation.encoding === 'protobuf') {
        writeWhole(response, answer.code, PROTOBUF, await protobufStatus(answer.status));
      } else writeWhole(response, answer.code, 'application/json', Buffer.from(JSON.stringify(answer.status)));
      return;
    case 'process':
    case 'ports':
      throw new TypeError(`${answer.type === 'ports' ? 'ports are' : 'a process is'} no answer in HTTP`);
    case 'document':
      for (const [name, value] of Object.entries(answer.headers ?? {})) response.setHeader(name, value);
      writeWhole(response, answer.code, answer.contentType, bytesOfText(answer.body));
  }
}

/** Bytes are sent as they are: the same ones to all who ask. */
const bytesOfText = (body: string | Uint8Array): Uint8Array => (typeof body === 'string' ? Buffer.from(body) : body);

function writeWhole(response: ServerResponse, code: number, contentType: string, body: Uint8Array): void {
  response.statusCode = code;
  response.setHeader('content-type', contentType);
  response.setHeader('content-length', body.length);
  finish(response, body);
}

/** client-go waits that long and tries again by itself. */
function setRetryAfter(response: ServerResponse, seconds: number | undefined): void {
  if (seconds !== undefined) response.setHeader('retry-after', String(seconds));
}

/** One `Warning` header each (RFC 7234, code 299), as UTF-8 bytes; what does not fit is left out. */
export function setWarnings(response: ServerResponse, warnings: readonly string[]): void {
  const values: string[] = [];
  let bytes = 0;
  for (const warning of new Set(warnings)) {
    const text = warning.replaceAll(/\p{Cc}/gu, ' ').replaceAll(/["\\]/g, '\\$&');
    const value = `299 - "${Buffer.from(text).toString('latin1')}"`;
    bytes += value.length;
    if (bytes > MAX_WARNING_BYTES) break;
    values.push(value);
  }
  if (values.length > 0) response.setHeader('warning', values);
}
