import { RuntimeError } from '../errors.ts';
import type { ContentProxy } from '../ports/content.ts';
import type { ImageRecord, Images, LoadRequest, PullProgress, PullRequest, ReceiveRequest } from '../ports/images.ts';
import { fakeConfig, fakeDigests, type FakeDigests, type FakeImage } from './catalogue.ts';
import { FakeContent } from './content.ts';
import type { FakeEvents } from './events.ts';
import type { FakeFiles } from './files.ts';
import type { Gate } from './gate.ts';
import { digestsBelow, readReceived } from './received.ts';

/** Image records in a map, filled from a made-up registry (`remote`, by reference) and made-up archives (`archives`, by path). */
export class FakeImages implements Images {
  readonly records = new Map<string, ImageRecord>();
  readonly remote = new Map<string, FakeImage>();
  readonly archives = new Map<string, FakeImage>();
  /** Results of builds that nobody has to write: by digest, for a `fill` that only names it. */
  readonly results = new Map<string, FakeImage>();
  /** What was written through `receive`. */
  readonly content = new FakeContent();
  /** Records whose content is damaged: verify answers false. */
  readonly damaged = new Set<string>();
  readonly #contents = new Map<string, FakeImage>();
  readonly #gate: Gate;
  readonly #events: FakeEvents;
  readonly #files: FakeFiles;

  constructor(gate: Gate, events: FakeEvents, files: FakeFiles) {
    this.#gate = gate;
    this.#events = events;
    this.#files = files;
  }

  /** Somebody removes blobs and unpacked layers behind the record: verify answers false, and nothing can be made from it. */
  damage(name: string): void {
    const record = this.records.get(name);
    if (record === undefined) return;
    this.damaged.add(name);
    this.#contents.delete(record.chainId);
  }

  /** Unpacked content stays while a record, or an instance, may need it: here, until it is damaged. */
  hasChain(chainId: string): boolean {
    return this.#contents.has(chainId);
  }

  async list(signal?: AbortSignal): Promise<readonly ImageRecord[]> {
    await this.#gate.pass('images.list', signal);
    return [...this.records.values()];
  }

  async get(name: string, signal?: AbortSignal): Promise<ImageRecord | undefined> {
    await this.#gate.pass('images.get', signal);
    return this.records.get(name);
  }

  async resolve(request: PullRequest, signal?: AbortSignal): Promise<{ readonly digest: string }> {
    await this.#gate.pass('images.resolve', signal);
    return { digest: fakeDigests(repository(request.reference), this.#remote(request)).digest };
  }

  async pull(request: PullRequest, progress: (p: PullProgress) => void, signal?: AbortSignal): Promise<ImageRecord> {
    await this.#gate.pass('images.pull', signal);
    return this.#store(request, repository(request.reference), this.#remote(request), progress);
  }

  async load(request: LoadRequest, progress: (p: PullProgress) => void, signal?: AbortSignal): Promise<ImageRecord> {
    await this.#gate.pass('images.load', signal);
    const image = this.archives.get(request.path);
    if (image === undefined) throw new RuntimeError('NotFound', `${request.path}: no such archive`);
    return this.#store(request, request.path, image, progress);
  }

  async receive(
    request: ReceiveRequest,
    fill: (content: ContentProxy) => Promise<{ readonly digest: string }>,
    progress: (p: PullProgress) => void,
    signal?: AbortSignal,
  ): Promise<ImageRecord> {
    await this.#gate.pass('images.receive', signal);
    const writing = this.content.writing(signal);
    let kept = false;
    try {
      const { digest } = await fill(writing.content);
      if (signal?.aborted === true) throw new RuntimeError('Cancelled', `receive image ${request.name}: cancelled`);
      const known = this.results.get(digest);
      const record =
        known === undefined
          ? this.#received(request, digest, progress)
          : this.#put(request, { ...fakeDigests(digest, known), digest }, known, progress);
      kept = true;
      return record;
    } finally {
      writing.close(!kept);
    }
  }

  contentOf(record: ImageRecord): ContentProxy {
    return this.content.reading(digestsBelow(this.content, record.digest));
  }

  async hold<T>(records: readonly ImageRecord[], work: () => Promise<T>): Promise<T> {
    await this.#gate.pass('images.hold');
    const gone = records.find(({ name }) => !this.records.has(name));
    if (gone !== undefined) throw new RuntimeError('NotFound', `the content of image ${gone.name} is gone`);
    return work();
  }

  async delete(name: string): Promise<void> {
    await this.#gate.pass('images.delete');
    if (this.records.delete(name)) this.#events.emit({ type: 'image', name, topic: '/images/delete' });
    this.damaged.delete(name);
  }

  async verify(record: ImageRecord, signal?: AbortSignal): Promise<boolean> {
    await this.#gate.pass('images.verify', signal);
    return this.records.has(record.name) && !this.damaged.has(record.name);
  }

  async readFiles(
    record: ImageRecord,
    paths: readonly string[],
    signal?: AbortSignal,
  ): Promise<Map<string, Uint8Array>> {
    await this.#gate.pass('images.readFiles', signal);
    const files = this.#contents.get(record.chainId)?.files ?? {};
    const found = paths.filter((path) => Object.hasOwn(files, path));
    return new Map(found.map((path) => [path, new TextEncoder().encode(files[path])]));
  }

  async copyDirectory(record: ImageRecord, path: string, target: string, signal?: AbortSignal): Promise<void> {
    await this.#gate.pass('images.copyDirectory', signal);
    const prefix = path.endsWith('/') ? path : `${path}/`;
    for (const [name, content] of Object.entries(this.#contents.get(record.chainId)?.files ?? {})) {
      if (name.startsWith(prefix)) await this.#files.write(`${target}/${name.slice(prefix.length)}`, content);
    }
  }

  #remote(request: PullRequest): FakeImage {
    const image = this.remote.get(request.reference);
    if (image === undefined) throw new RuntimeError('NotFound', `${request.reference}: not found in the registry`);
    const wanted = image.credentials;
    const given = request.credentials;
    if (wanted !== undefined && (given?.username !== wanted.username || given.password !== wanted.password)) {
      throw new RuntimeError('Unauthorized', `${request.reference}: the registry refused the credentials`);
    }
    if (image.platforms !== undefined && !image.platforms.includes(request.platform)) {
      throw new RuntimeError('NotFound', `${request.reference} has no image for ${request.platform}`, {
        reason: 'PlatformNotFound',
      });
    }
    return image;
  }

  #store(
    request: PullRequest | LoadRequest,
    source: string,
    image: FakeImage,
    progress: (p: PullProgress) => void,
  ): ImageRecord {
    return this.#put(request, fakeDigests(source, image), image, progress);
  }

  #received(request: ReceiveRequest, digest: string, progress: (p: PullProgress) => void): ImageRecord {
    const { manifestDigest, chainId, ...image } = readReceived(this.content, digest, request.platform);
    return this.#put(request, { digest, manifestDigest, chainId }, image, progress);
  }

  #put(
    request: ReceiveRequest,
    digests: FakeDigests,
    image: FakeImage,
    progress: (p: PullProgress) => void,
  ): ImageRecord {
    const layers = image.layers ?? 1;
    const sizeBytes = image.sizeBytes ?? 1024;
    const { name, owner, labels, platform } = request;
    const record: ImageRecord = {
      name,
      owner,
      labels,
      platform,
      sizeBytes,
      snapshotter: 'fake',
      ...digests,
      config: fakeConfig(image),
    };
    progress({ phase: 'Downloading', completedBytes: 0, totalBytes: sizeBytes, layers, layersDone: 0 });
    progress({ phase: 'Unpacking', completedBytes: sizeBytes, totalBytes: sizeBytes, layers, layersDone: layers });
    const topic = this.records.has(name) ? '/images/update' : '/images/create';
    this.records.set(name, record);
    this.#contents.set(record.chainId, image);
    this.damaged.delete(name);
    this.#events.emit({ type: 'image', name, topic });
    return record;
  }
}

/** The reference without tag and digest: the same content under two tags has one digest. */
const repository = (reference: string): string => reference.replace(/@.*$/, '').replace(/:[^/:]*$/, '');
