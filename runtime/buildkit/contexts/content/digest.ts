/**
 * The digest of a context: of what every file that takes part is and holds, in the order of the walk.
 *
 * Times and owners do not count: BuildKit does not count them either, and the same tree has the same digest wherever it is. A second name of a
 * file counts as a file with the same content. A socket counts as an empty file, as which BuildKit sends it. The definition and the ignore
 * file count, also when they are left out of what is sent.
 */
import { createHash, hash as hashOnce, type Hash } from 'node:crypto';
import type { ContextDigest, DigestOptions } from '../../../ports/build-contexts.ts';
import type { EntryType, WalkEntry } from '../../files/entry.ts';
import { walk } from '../../files/walk.ts';
import { throwIfAborted, unreadable } from '../failures.ts';
import { readInside, realDirectory } from '../inside.ts';
import { hashFile, type HashedFile, type Stamp } from './hash-file.ts';
import type { Hashes, HashThread, HashThreads } from './hash-thread.ts';
import { readIgnored } from './ignore.ts';
import type { Known, KnownContent, KnownFiles } from './known-content.ts';

export interface DigestTools {
  readonly known: KnownContent;
  readonly threads: HashThreads;
  readonly clock: { now(): number };
  /** Files of a look that may be hashed at once rather than in a thread, which takes 40 ms to start. Default 16. */
  readonly few?: number;
}

/** Begins what is hashed: another way to count is another first word. */
const version = 'tsmoby build context 1';

/** A definition that is larger is not read as one. */
const maxDefinition = 16 * 1024 * 1024;

/** Batches of the walk that may be under way in the thread, so that it always has work and memory is bounded. */
const maxPending = 8;

/** Bytes of a file that may be one of few. */
const smallFile = 64 * 1024;
const fewFiles = 16;

const letters: Readonly<Record<EntryType, string>> = {
  file: 'f',
  socket: 'f',
  directory: 'd',
  link: 'l',
  fifo: 'p',
  block: 'b',
  character: 'c',
};

const emptyHash = hashOnce('sha256', '');

/** Rejects as the port says. */
export async function digestContext(
  path: string,
  { dockerfile }: DigestOptions,
  tools: DigestTools,
  signal?: AbortSignal,
): Promise<ContextDigest> {
  throwIfAborted(signal, `the look at ${path}`);
  const root = await realDirectory(path);
  const ignored = await readIgnored(root, dockerfile);
  using thread = tools.threads.take();
  const look = new Look(root, tools, thread, signal);
  for await (const batch of walk(root, { exclude: ignored.patterns, signal })) await look.add(batch);
  await look.settle();
  for (const name of [dockerfile, ignored.file]) {
    if (name !== undefined) look.addDefinition(name, await readInside(root, name, maxDefinition));
  }
  return { ...look.end(), ...(ignored.file === undefined ? {} : { ignoreFile: ignored.file }) };
}

interface Pending {
  readonly batch: readonly WalkEntry[];
  readonly unknown: readonly WalkEntry[];
  readonly hashes: Promise<Hashes>;
}

class Look {
  readonly #root: string;
  readonly #tools: DigestTools;
  readonly #thread: HashThread;
  readonly #signal: AbortSignal | undefined;
  readonly #before: KnownFiles;
  readonly #now = new Map<string, Known>();
  readonly #digest: Hash = createHash('sha256').update(version);
  readonly #pending: Pending[] = [];
  /** Of names of files that have several, for those that come later. */
  readonly #shared = new Map<string, HashedFile | Known>();
  #few: number;
  #files = 0;
  #bytes = 0;

  constructor(root: string, tools: DigestTools, thread: HashThread, signal: AbortSignal | undefined) {
    this.#root = root;
    this.#tools = tools;
    this.#thread = thread;
    this.#signal = signal;
    this.#before = tools.known.get(root);
    this.#few = tools.few ?? fewFiles;
  }

  /** Batches count in their order, whenever their hashes come. */
  async add(batch: readonly WalkEntry[]): Promise<void> {
    const unknown = batch.filter((entry) => needsHash(entry) && this.#knownOf(entry) === undefined);
    if (unknown.length === 0 && this.#pending.length === 0) {
      this.#count(batch, new Map());
      return;
    }
    const hashes = this.#hash(unknown);
    // It is waited for later, and may fail before.
    hashes.catch(() => undefined);
    this.#pending.push({ batch, unknown, hashes });
    if (this.#pending.length > maxPending) await this.#settleOne();
  }

  async settle(): Promise<void> {
    while (this.#pending.length > 0) await this.#settleOne();
  }

  addDefinition(name: string, content: Uint8Array | undefined): void {
    if (content === undefined) return;
    this.#digest.update(`D\0${name}\0${hashOnce('sha256', content)}\0`);
  }

  end(): Pick<ContextDigest, 'digest' | 'files' | 'bytes'> {
    this.#tools.known.set(this.#root, this.#now);
    return { digest: `sha256:${this.#digest.digest('hex')}`, files: this.#files, bytes: this.#bytes };
  }

  async #settleOne(): Promise<void> {
    const next = this.#pending.shift();
    if (next === undefined) return;
    const { batch, unknown, hashes } = next;
    const found = new Map<string, HashedFile>();
    for (const [index, hashed] of (await hashes).entries()) {
      const { path } = unknown[index]!;
      if (hashed instanceof Error) throw unreadable(path, hashed);
      if (hashed !== undefined) found.set(path, hashed);
    }
    this.#count(batch, found);
  }

  async #hash(entries: readonly WalkEntry[]): Promise<Hashes> {
    const now = this.#tools.clock.now();
    const paths = entries.map(({ path }) => `${this.#root}/${path}`);
    if (paths.length === 0) return [];
    const isLittle = paths.length <= this.#few && entries.every(({ size }) => size <= smallFile);
    if (!isLittle) return await this.#thread.hash(paths, now, this.#signal);
    this.#few -= paths.length;
    const buffer = new Uint8Array(smallFile);
    return paths.map((path) => hashHere(path, now, buffer));
  }

  #count(batch: readonly WalkEntry[], hashes: ReadonlyMap<string, HashedFile>): void {
    const lines: string[] = [];
    for (const entry of batch) {
      const detail = this.#detail(entry, hashes);
      if (detail !== undefined)
        lines.push(letters[entry.type], entry.mode.toString(8), '\0', entry.path, '\0', detail, '\0');
    }
    this.#digest.update(lines.join(''));
  }

  /** Undefined: it vanished after it was seen. */
  #detail(entry: WalkEntry, hashes: ReadonlyMap<string, HashedFile>): string | undefined {
    switch (entry.type) {
      case 'file':
        return this.#content(entry, hashes);
      case 'socket':
        return emptyHash;
      case 'link':
        return entry.target ?? '';
      case 'block':
      case 'character':
        return String(entry.deviceNumber);
      default:
        return '';
    }
  }

  #content(entry: WalkEntry, hashes: ReadonlyMap<string, HashedFile>): string | undefined {
    const { path } = entry;
    const content =
      (entry.sameAs === undefined ? undefined : this.#shared.get(entry.sameAs)) ?? this.#own(entry, hashes);
    if (content === undefined) return undefined;
    if (entry.links > 1 && entry.sameAs === undefined) this.#shared.set(path, content);
    this.#files++;
    this.#bytes += content.size;
    return content.hash;
  }

  #own(entry: WalkEntry, hashes: ReadonlyMap<string, HashedFile>): HashedFile | Known | undefined {
    const known = this.#knownOf(entry);
    const content = known ?? hashes.get(entry.path);
    if (content === undefined) return undefined;
    const keeps = known ?? (content as HashedFile).settled;
    if (keeps !== false && this.#now.size < this.#tools.known.limit) this.#now.set(entry.path, content);
    return content;
  }

  #knownOf(entry: WalkEntry): Known | undefined {
    const known = this.#before.get(entry.path);
    return known !== undefined && isSame(known, entry) ? known : undefined;
  }
}

function needsHash(entry: WalkEntry): boolean {
  return entry.type === 'file' && entry.sameAs === undefined;
}

function isSame(known: Stamp, entry: WalkEntry): boolean {
  return (
    known.size === entry.size &&
    known.mtime === Number(entry.mtimeNs) &&
    known.ctime === Number(entry.ctimeNs) &&
    known.inode === Number(entry.inode)
  );
}

function hashHere(path: string, now: number, buffer: Uint8Array): HashedFile | Error | undefined {
  try {
    return hashFile(path, { now, buffer, isCancelled: () => false });
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}
