import { RuntimeError } from '../../runtime/errors.ts';
import type { ImageRecord, Images } from '../../runtime/ports/images.ts';
import { REASONS } from '../../schemas/conditions.ts';
import type { UserFiles } from './user.ts';

/** How many images are remembered; one costs about a kilobyte. */
const MAX_ENTRIES = 200;
const FILES = ['/etc/passwd', '/etc/group'] as const;

/**
 * What Containers need to know of images: the record with its config, and the files that name users. Both are fixed by the manifest's
 * digest, so each is read once, also when fifty Containers ask at the same time.
 */
export class ImageCache {
  readonly #images: Images;
  readonly #records = new Map<string, Promise<ImageRecord>>();
  readonly #users = new Map<string, Promise<UserFiles>>();

  constructor(images: Images) {
    this.#images = images;
  }

  /** Rejects with NotFound when the store no longer has it. */
  record(name: string, manifestDigest: string): Promise<ImageRecord> {
    return remember(this.#records, `${name} ${manifestDigest}`, async () => {
      const record = await this.#images.get(name);
      if (record?.manifestDigest === manifestDigest) return record;
      throw new RuntimeError('NotFound', `image ${name} is no longer ${manifestDigest}`, {
        reason: REASONS.ImageNotReady,
      });
    });
  }

  userFiles(record: ImageRecord): Promise<UserFiles> {
    return remember(this.#users, record.manifestDigest, async () => {
      const files = await this.#images.readFiles(record, FILES);
      const [passwd, group] = FILES.map((path) => Buffer.from(files.get(path) ?? '').toString('utf8'));
      return { passwd: passwd ?? '', group: group ?? '' };
    });
  }
}

/** A promise kept under a key; one that rejects is forgotten, and the oldest goes when there are too many. */
function remember<T>(cache: Map<string, Promise<T>>, key: string, load: () => Promise<T>): Promise<T> {
  const known = cache.get(key);
  if (known !== undefined) return known;
  const loading = load();
  cache.set(key, loading);
  loading.catch(() => cache.get(key) === loading && cache.delete(key));
  const [oldest] = cache.keys();
  if (cache.size > MAX_ENTRIES && oldest !== undefined) cache.delete(oldest);
  return loading;
}
