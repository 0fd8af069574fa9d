/** Uploads images into a registry by the OCI distribution API, for tests and samples that pull. */
import type { BuiltImage } from './image.ts';
import { buildIndex } from './image.ts';

export interface PushTarget {
  /** Base address, e.g. http://127.0.0.1:5000. */
  readonly registry: string;
  readonly repository: string;
  readonly tag: string;
  /** Value of the Authorization header. */
  readonly authorization?: string;
}

/** Pushes one image under a tag; answers the manifest's digest. */
export async function pushImage(target: PushTarget, image: BuiltImage): Promise<string> {
  await pushBlobs(target, image);
  return await putManifest(target, target.tag, image.manifest.mediaType, blob(image, image.manifest.digest));
}

/** Pushes images of several platforms under one tag; answers the index' digest. */
export async function pushIndex(target: PushTarget, images: readonly BuiltImage[]): Promise<string> {
  for (const image of images) {
    await pushBlobs(target, image);
    const { digest, mediaType } = image.manifest;
    await putManifest(target, digest, mediaType, blob(image, digest));
  }
  const { descriptor, bytes } = buildIndex(images);
  return await putManifest(target, target.tag, descriptor.mediaType, bytes);
}

async function pushBlobs(target: PushTarget, image: BuiltImage): Promise<void> {
  for (const { digest } of [image.config, ...image.layers]) {
    const base = `${target.registry}/v2/${target.repository}/blobs`;
    const there = await fetch(`${base}/${digest}`, { method: 'HEAD', headers: headers(target) });
    if (there.ok) continue;
    const begun = await fetch(`${base}/uploads/`, { method: 'POST', headers: headers(target) });
    await expectStatus(begun, 202);
    const location = new URL(begun.headers.get('location') ?? '', target.registry);
    location.searchParams.set('digest', digest);
    const type = { 'content-type': 'application/octet-stream' };
    const body = new Uint8Array(blob(image, digest));
    await expectStatus(await fetch(location, { method: 'PUT', headers: headers(target, type), body }), 201);
  }
}

async function putManifest(target: PushTarget, reference: string, mediaType: string, bytes: Buffer): Promise<string> {
  const response = await fetch(`${target.registry}/v2/${target.repository}/manifests/${reference}`, {
    method: 'PUT',
    headers: headers(target, { 'content-type': mediaType }),
    body: new Uint8Array(bytes),
  });
  await expectStatus(response, 201);
  return response.headers.get('docker-content-digest') ?? '';
}

function headers({ authorization }: PushTarget, more: Record<string, string> = {}): Record<string, string> {
  return authorization === undefined ? more : { ...more, authorization };
}

async function expectStatus(response: Response, status: number): Promise<void> {
  const text = await response.text();
  if (response.status !== status) {
    throw new Error(`${response.url} answered ${response.status}, expected ${status}: ${text.slice(0, 300)}`);
  }
}

function blob(image: BuiltImage, digest: string): Buffer {
  const bytes = image.blobs.get(digest);
  if (bytes === undefined) throw new Error(`the image has no blob ${digest}`);
  return bytes;
}
