import { RuntimeError } from '../../errors.ts';
import { bestEntry } from '../images/choose.ts';
import type { Platform } from '../images/platform.ts';
import type { ArchiveImage } from './images.ts';

/**
 * The image that is meant: by name, tag or digest, else the only one there is. Entries with equal names are one image for several platforms.
 * Rejects with InvalidArgument and the names that are there.
 */
export function selectImage(
  images: readonly ArchiveImage[],
  select: string | undefined,
  wanted: Platform,
  name: string,
): ArchiveImage {
  const meant = select === undefined ? images : images.filter((image) => isMeant(image, select));
  if (meant.length === 0) {
    const what = select === undefined ? 'holds no image' : `holds no image ${JSON.stringify(select)}`;
    throw new RuntimeError('InvalidArgument', `archive ${name} ${what}${listed(images)}`, {
      reason: 'ImageNotInArchive',
    });
  }
  const groups = new Set(meant.map(({ names }) => names.toSorted().join(' ')));
  if (groups.size > 1) {
    throw new RuntimeError('InvalidArgument', `archive ${name} holds several images: select one${listed(meant)}`, {
      reason: 'ImageAmbiguous',
    });
  }
  const [only, ...others] = meant;
  if (only !== undefined && others.length === 0) return only;
  const descriptors = meant.map(({ root }) => root);
  if (descriptors.some(({ platform }) => platform === undefined)) {
    throw new RuntimeError(
      'InvalidArgument',
      `archive ${name} holds several images without names: select one by its digest`,
      {
        reason: 'ImageAmbiguous',
      },
    );
  }
  const best = meant[bestEntry(descriptors, wanted, `archive ${name}`)];
  if (best === undefined) throw new RuntimeError('Internal', `archive ${name}: no entry was chosen`);
  return best;
}

function isMeant({ names, root }: ArchiveImage, select: string): boolean {
  return root.digest === select || names.some((name) => name === select || shortForms(name).includes(select));
}

/** The tag alone, and the name without docker's own defaults. */
function shortForms(name: string): string[] {
  const tag = /:([^:/@]+)$/.exec(name)?.[1];
  const familiar = name.replace(/^docker\.io\/(library\/)?/, '');
  return [...(tag === undefined ? [] : [tag]), familiar, familiar.replace(/:latest$/, '')];
}

function listed(images: readonly ArchiveImage[]): string {
  const names = images.map(({ names, root }) => names[0] ?? root.digest).slice(0, 10);
  return names.length === 0 ? '' : `; there is ${names.join(', ')}`;
}
