import type { Registry } from '../ports/registry.ts';
import { openBlob } from './blobs.ts';
import { RegistryClient } from './client.ts';
import { fetchManifest, resolveReference } from './manifests.ts';
import type { RegistryOptions } from './options.ts';
import { listTags } from './tags.ts';

/** A reader of OCI registries over HTTP(S). Disposing closes its idle connections. */
export function createRegistry(options: RegistryOptions): Registry & Disposable {
  const client = new RegistryClient(options);
  return {
    resolve: (target, signal) => resolveReference(client, target, signal),
    listTags: (target, signal) => listTags(client, target, signal),
    manifest: (target, descriptor, signal) => fetchManifest(client, target, descriptor, signal),
    blob: (target, descriptor, offset, signal) => openBlob({ client, options, target, descriptor, signal }, offset),
    [Symbol.dispose]: () => client[Symbol.dispose](),
  };
}
