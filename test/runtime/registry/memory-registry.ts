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
      const listed = /^\/v2\/(.+)\/tags\/list/.exec(path)?.[1];
      const tags = [...manifests.keys()].filter((name) => listed !== undefined && name.startsWith(`${listed}/`));
      if (tags.length > 0) {
        const names = tags.map((name) => name.slice(`${listed}/`.length)).filter((name) => !name.includes(':'));
        sendTags(new URL(path, 'http://registry'), response, names.toSorted());
        return;
      }
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

/** One tag a page: pages are what clients forget. */
function sendTags({ pathname, searchParams }: URL, response: ServerResponse, tags: readonly string[]): void {
  const last = searchParams.get('last');
  const next = tags.find((tag) => last === null || tag > last);
  const more = next !== undefined && next !== tags.at(-1);
  if (more) response.setHeader('link', `<${pathname}?n=1&last=${next}>; rel="next"`);
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ tags: next === undefined ? null : [next] }));
}

export function sendBlob(request: IncomingMessage, response: ServerResponse, blob: Uint8Array): void {
  const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
  const headers = { 'content-length': blob.length - start };
  if (start === 0) response.writeHead(200, headers);
  else response.writeHead(206, { ...headers, 'content-range': `bytes ${start}-${blob.length - 1}/${blob.length}` });
  response.end(blob.subarray(start));
}
