import type { IncomingMessage, ServerResponse } from 'node:http';
import { digestOf, MANIFEST_TYPE } from '../../suites/registry.ts';
import type { Handler } from './server.ts';

/** The reading half of the distribution API over two maps. */
export interface MemoryRegistry {
  readonly handler: Handler;
  push(repository: string, tag: string, manifest: Uint8Array, blobs: readonly Uint8Array[]): void;
}

export function createMemoryRegistry(mediaType = MANIFEST_TYPE): MemoryRegistry {
  const manifests = new Map<string, Uint8Array>();
  const blobs = new Map<string, Uint8Array>();
  return {
    push(repository, tag, manifest, content) {
      manifests.set(`${repository}/${tag}`, manifest);
      manifests.set(`${repository}/${digestOf(manifest)}`, manifest);
      for (const blob of content) blobs.set(`${repository}/${digestOf(blob)}`, blob);
    },
    handler(request, response, path) {
      const match = /^\/v2\/(.+)\/(manifests|blobs)\/([^/]+)$/.exec(path);
      const found = (match?.[2] === 'blobs' ? blobs : manifests).get(`${match?.[1]}/${match?.[3]}`);
      if (found === undefined) {
        response.writeHead(404, { 'content-type': 'application/json' });
        response.end(JSON.stringify({ errors: [{ code: 'NAME_UNKNOWN', message: 'never heard of it' }] }));
        return;
      }
      if (match?.[2] === 'blobs') sendBlob(request, response, found);
      else {
        response.setHeader('docker-content-digest', digestOf(found));
        response.writeHead(200, { 'content-type': mediaType, 'content-length': found.length });
        response.end(request.method === 'HEAD' ? undefined : found);
      }
    },
  };
}

export function sendBlob(request: IncomingMessage, response: ServerResponse, blob: Uint8Array): void {
  const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
  const headers = { 'content-length': blob.length - start };
  if (start === 0) response.writeHead(200, headers);
  else response.writeHead(206, { ...headers, 'content-range': `bytes ${start}-${blob.length - 1}/${blob.length}` });
  response.end(blob.subarray(start));
}
