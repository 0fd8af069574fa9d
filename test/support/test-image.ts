import { buildBusyboxImage, buildIndex, type BuiltImage } from '../../tools/busybox-image/image.ts';
import type { FileTree } from '../../tools/busybox-image/tar.ts';
import type { TestImage } from '../suites/images.ts';
import type { MemoryRegistry } from './memory-registry-port.ts';

/** A real image that holds what a suite asks for. */
export function buildTestImage({ cmd, user, files, platform }: TestImage): Promise<BuiltImage> {
  const architecture = platform?.split('/')[1];
  return buildBusyboxImage({
    config: { ...(cmd === undefined ? {} : { cmd }), ...(user === undefined ? {} : { user }) },
    ...(files === undefined ? {} : { files: treeOf(files) }),
    ...(architecture === undefined ? {} : { architecture }),
  });
}

/** Stores an image under a reference, behind an index or bare. */
export function publish(
  registry: MemoryRegistry,
  reference: string,
  images: readonly BuiltImage[],
  bare = false,
): void {
  for (const { blobs } of images) for (const [digest, bytes] of blobs) registry.blobs.set(digest, bytes);
  const [first] = images;
  if (bare && first !== undefined) {
    registry.tags.set(reference, first.manifest);
    return;
  }
  const { descriptor, bytes } = buildIndex(images);
  registry.blobs.set(descriptor.digest, bytes);
  registry.tags.set(reference, descriptor);
}

function treeOf(files: Readonly<Record<string, string>>): FileTree {
  return Object.fromEntries(Object.entries(files).map(([path, content]) => [path, { content, mode: 0o644 }]));
}
