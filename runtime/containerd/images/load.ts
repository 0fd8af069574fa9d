import { RuntimeError } from '../../errors.ts';
import type { ImageRecord, LoadRequest, PullProgress } from '../../ports/images.ts';
import type { Descriptor } from '../../ports/registry.ts';
import type { ArchiveFiles } from '../archive/files.ts';
import { archiveImages, type ArchiveImage } from '../archive/images.ts';
import { openArchive } from '../archive/open.ts';
import { selectImage } from '../archive/select.ts';
import type { ImagesContext } from './context.ts';
import { DOCUMENT_LIMIT } from './document.ts';
import { parsePlatform } from './platform.ts';
import type { BlobSource } from './source.ts';
import { storeImage } from './store-image.ts';

/** From an archive file or an OCI layout directory. */
export async function loadImage(
  context: ImagesContext,
  request: LoadRequest,
  report: (progress: PullProgress) => void,
  signal?: AbortSignal,
): Promise<ImageRecord> {
  const { path, select, name, owner, labels, platform } = request;
  const spoolDirectory = context.facts.dataDirectory;
  await using files = await openArchive(path, { spoolDirectory, newId: context.connection.newId, signal });
  const image = selectImage(await archiveImages(files, path), select, parsePlatform(platform), path);
  const source = archiveSource(files, image, path);
  const root = () => Promise.resolve(image.root);
  return await storeImage(context, { name, owner, labels, platform, source, root }, report, signal);
}

function archiveSource(files: ArchiveFiles, image: ArchiveImage, path: string): BlobSource {
  const pathOf = ({ digest }: Descriptor): string => image.paths.get(digest) ?? `blobs/${digest.replace(':', '/')}`;
  const missing = (descriptor: Descriptor): RuntimeError =>
    new RuntimeError('Corrupt', `archive ${path} is not complete: blob ${descriptor.digest} is missing or cut short`, {
      reason: 'ArchiveBroken',
    });
  return {
    name: `archive ${path}`,
    labels: {},
    requireAll: async (descriptors) => {
      for (const descriptor of descriptors) {
        if ((await files.size(pathOf(descriptor))) !== descriptor.size) throw missing(descriptor);
      }
    },
    manifest: async (descriptor) => {
      const bytes = image.documents.get(descriptor.digest) ?? (await files.read(pathOf(descriptor), DOCUMENT_LIMIT));
      if (bytes === undefined) throw missing(descriptor);
      return bytes;
    },
    blob: (descriptor, offset) => Promise.resolve(files.stream(pathOf(descriptor), offset)),
  };
}
