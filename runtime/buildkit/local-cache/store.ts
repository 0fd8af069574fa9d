import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import {
  AbortRequestSchema,
  InfoRequestSchema,
  InfoResponseSchema,
  ListStatusesResponseSchema,
  ReadContentRequestSchema,
  ReadContentResponseSchema,
} from '../../../proto/gen/containerd/content_pb.ts';
import { ContentCallError, type ContentMethod, type ContentProxy } from '../../ports/content.ts';
import { receiveBlob } from './ingest.ts';

const NOT_FOUND = 5;
const INVALID_ARGUMENT = 3;
const CHUNK = 1024 * 1024;

/** The blobs of an OCI layout in a directory, as a content store. Nothing is ever taken away. */
export function layoutContent(directory: string): ContentProxy {
  const pathOf = (digest: string): string => {
    const hex = /^sha256:([0-9a-f]{64}|ingest)$/.exec(digest)?.[1];
    if (hex === undefined) throw new ContentCallError(INVALID_ARGUMENT, `${JSON.stringify(digest)} is no digest`);
    return join(directory, 'blobs', 'sha256', hex);
  };
  const sizeOf = async (digest: string): Promise<number | undefined> => {
    if (digest === '') return undefined;
    return (await stat(pathOf(digest)).catch(unlessThere))?.size;
  };
  return {
    methods: ['Info', 'Read', 'Write', 'Status', 'ListStatuses', 'Abort'],
    call: (method, requests) =>
      method === 'Write'
        ? receiveBlob(requests, pathOf, async (digest) => (await sizeOf(digest)) !== undefined)
        : answer(method, requests, pathOf, sizeOf),
  };
}

async function* answer(
  method: Exclude<ContentMethod, 'Write'>,
  requests: AsyncIterable<Uint8Array>,
  pathOf: (digest: string) => string,
  sizeOf: (digest: string) => Promise<number | undefined>,
): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const request of requests) {
    switch (method) {
      case 'Info': {
        const { digest } = fromBinary(InfoRequestSchema, request);
        const size = await sizeOf(digest);
        if (size === undefined) throw missing(digest);
        yield toBinary(InfoResponseSchema, create(InfoResponseSchema, { info: { digest, size: BigInt(size) } }));
        return;
      }
      case 'Read':
        yield* read(request, pathOf, sizeOf);
        return;
      case 'Status':
        throw new ContentCallError(NOT_FOUND, 'there is no such ingest');
      case 'ListStatuses':
        yield toBinary(ListStatusesResponseSchema, create(ListStatusesResponseSchema, {}));
        return;
      case 'Abort':
        // What is not committed goes with its call.
        fromBinary(AbortRequestSchema, request);
        yield new Uint8Array(0);
        return;
    }
  }
}

async function* read(
  request: Uint8Array,
  pathOf: (digest: string) => string,
  sizeOf: (digest: string) => Promise<number | undefined>,
): AsyncGenerator<Uint8Array, void, undefined> {
  const { digest, offset, size } = fromBinary(ReadContentRequestSchema, request);
  const whole = await sizeOf(digest);
  if (whole === undefined) throw missing(digest);
  await using handle = await open(pathOf(digest), 'r');
  const end = size === 0n ? whole : Math.min(whole, Number(offset + size));
  for (let at = Number(offset); at < end;) {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(Math.min(CHUNK, end - at)), { position: at });
    if (bytesRead === 0) return;
    const data = buffer.subarray(0, bytesRead);
    yield toBinary(ReadContentResponseSchema, create(ReadContentResponseSchema, { offset: BigInt(at), data }));
    at += bytesRead;
  }
}

function missing(digest: string): ContentCallError {
  return new ContentCallError(NOT_FOUND, `content ${digest}: not found`);
}

function unlessThere(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
  throw error;
}
