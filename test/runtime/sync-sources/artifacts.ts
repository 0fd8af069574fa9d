import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { pack, type Header } from 'tar-stream';
import type { Descriptor } from '../../../runtime/ports/registry.ts';
import { digestOf, MANIFEST_TYPE } from '../../suites/registry.ts';
import type { MemoryRegistry } from '../../support/memory-registry-port.ts';

export const FLUX_LAYER = 'application/vnd.cncf.flux.content.v1.tar+gzip';

/** An archive of these files, gzipped. */
export const tarOf = (files: Readonly<Record<string, string>>): Promise<Buffer> =>
  archiveOf(Object.entries(files).map(([name, content]) => ({ name, content })));

export type TestEntry = Partial<Header> & { readonly name: string; readonly content?: string };

export async function archiveOf(entries: readonly TestEntry[]): Promise<Buffer> {
  const archive = pack();
  const bytes = buffer(archive);
  for (const { content = '', ...header } of entries) archive.entry(header, content);
  archive.finalize();
  return gzipSync(await bytes);
}

/** A manifest of one layer under a reference; answers that. */
export function pushArtifact(
  registry: MemoryRegistry,
  reference: string,
  layer: Buffer,
  mediaType: string = FLUX_LAYER,
): string {
  const config = Buffer.from('{}');
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: MANIFEST_TYPE,
      config: describe('application/vnd.cncf.flux.config.v1+json', config),
      layers: [describe('application/vnd.example.note', config), describe(mediaType, layer)],
    }),
  );
  for (const bytes of [config, layer, manifest]) registry.blobs.set(digestOf(bytes), bytes);
  registry.tags.set(reference, describe(MANIFEST_TYPE, manifest));
  return reference;
}

export const describe = (mediaType: string, bytes: Uint8Array): Descriptor => ({
  mediaType,
  digest: digestOf(bytes),
  size: bytes.length,
});
