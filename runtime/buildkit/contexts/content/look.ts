/** One look at a context: takes the walk's batches, hashes what is not known, and counts everything in order. */
import { createHash, hash as hashOnce } from 'node:crypto';
import type { EntryType, WalkEntry } from '../../../files/entry.ts';
import { unreadable } from '../../../files/entry.ts';
import { hashFile, type HashedFile, type Stamp } from './hash-file.ts';
import type { Hashes, HashThread } from './hash-thread.ts';
import type { Known, KnownFiles } from './known-content.ts';

export interface LookOptions {
  /** Free of links. */
  readonly root: string;
  readonly known: KnownFiles;
  /** How many files may be known afterwards. */
  readonly limit: number;
  readonly thread: HashThread;
  readonly clock: { now(): number };
  /** Small files that may be hashed here. */
  readonly few: number;
  readonly signal: AbortSignal | undefined;
}

type Content = HashedFile | Known;

interface Batch {
  readonly entries: readonly WalkEntry[];
  /** Of files, at the place of their entries, as far as it is known. */
  readonly contents: (Content | undefined)[];
  /** Places of files whose hashes come. */
  readonly unknown: readonly number[];
  readonly hashes: Promise<Hashes>;
}

/** Begins what is hashed: another way to count is another first word. */
const version = 'tsmoby build context 1';

/** Batches that may be under way in the thread, so that it always has work and memory is bounded. */
const maxPending = 8;

/** Bytes of a file that may be one of few. */
const smallFile = 64 * 1024;

/** Its content and its end, and once more when somebody writes to it meanwhile. */
const readsOfFile = 4;

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
const nothing: Promise<Hashes> = Promise.resolve([]);

export class Look {
  readonly #options: LookOptions;
  readonly #number: number;
  readonly #digest = createHash('sha256').update(version);
  readonly #pending: Batch[] = [];
  /** Of the first names of files that have several. */
  readonly #shared = new Map<string, Content>();
  #few: number;
  #found = 0;
  #files = 0;
  #bytes = 0;

  constructor(options: LookOptions) {
    this.#options = options;
    this.#number = options.known.begin();
    this.#few = options.few;
  }

  /** Batches count in their order, whenever their hashes come. Rejects with InvalidArgument (ContextUnreadable), Cancelled. */
  async add(entries: readonly WalkEntry[]): Promise<void> {
    const contents = entries.map((entry) => (needsHash(entry) ? this.#knownOf(entry) : undefined));
    const unknown = [...entries.keys()].filter((at) => contents[at] === undefined && needsHash(entries[at]!));
    const hashes = unknown.length === 0 ? nothing : this.#hash(unknown.map((at) => entries[at]!));
    const batch = { entries, contents, unknown, hashes };
    if (unknown.length === 0 && this.#pending.length === 0) {
      this.#count(batch);
      return;
    }
    // They are waited for later, and may fail before.
    hashes.catch(() => undefined);
    this.#pending.push(batch);
    if (this.#pending.length > maxPending) await this.#settleFirst();
  }

  /** After the last batch. */
  async settle(): Promise<void> {
    while (this.#pending.length > 0) await this.#settleFirst();
  }

  addDefinition(what: string, content: Uint8Array | undefined): void {
    if (content === undefined) return;
    this.#digest.update(`D\0${what}\0${hashOnce('sha256', content)}\0`);
  }

  end(): { readonly digest: string; readonly files: number; readonly bytes: number } {
    this.#options.known.end(this.#number, this.#found);
    return { digest: `sha256:${this.#digest.digest('hex')}`, files: this.#files, bytes: this.#bytes };
  }

  async #settleFirst(): Promise<void> {
    const batch = this.#pending.shift();
    if (batch === undefined) return;
    for (const [index, hashed] of (await batch.hashes).entries()) {
      const at = batch.unknown[index]!;
      const { path } = batch.entries[at]!;
      if (hashed instanceof Error) throw unreadable(path, hashed);
      batch.contents[at] = hashed;
      if (hashed !== undefined) this.#keep(path, hashed);
    }
    this.#count(batch);
  }

  async #hash(entries: readonly WalkEntry[]): Promise<Hashes> {
    const { root, clock, thread, signal } = this.#options;
    const now = clock.now();
    const paths = entries.map(({ path }) => `${root}/${path}`);
    const isLittle = paths.length <= this.#few && entries.every(({ size }) => size <= smallFile);
    if (!isLittle) return await thread.hash(paths, now, signal);
    this.#few -= paths.length;
    const reads = { left: readsOfFile * paths.length };
    const buffer = new Uint8Array(smallFile);
    const hashes = paths.map((path) => hashHere(path, now, buffer, reads));
    // One of them has become large since the walk came by: nothing else waits for that.
    return reads.left < 0 ? await thread.hash(paths, now, signal) : hashes;
  }

  #count({ entries, contents }: Batch): void {
    let text = '';
    for (const [at, entry] of entries.entries()) {
      const detail = this.#detail(entry, contents[at]);
      if (detail !== undefined) text += `${letters[entry.type]}${entry.mode}\0${entry.path}\0${detail}\0`;
    }
    this.#digest.update(text);
  }

  /** Undefined: it vanished after it was seen. */
  #detail(entry: WalkEntry, content: Content | undefined): string | undefined {
    switch (entry.type) {
      case 'file':
        return this.#contentOf(entry, content)?.hash;
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

  #contentOf(entry: WalkEntry, own: Content | undefined): Content | undefined {
    const content = own ?? this.#shared.get(entry.sameAs ?? '');
    if (content === undefined) return undefined;
    if (entry.links > 1) this.#shared.set(entry.path, content);
    this.#files++;
    this.#bytes += content.size;
    return content;
  }

  #keep(path: string, hashed: HashedFile): void {
    const { known, limit } = this.#options;
    if (!hashed.settled || (known.size >= limit && known.get(path) === undefined)) return;
    known.set(path, hashed, this.#number);
    this.#found++;
  }

  #knownOf(entry: WalkEntry): Known | undefined {
    const known = this.#options.known.get(entry.path);
    if (known === undefined || !isSame(known, entry)) return undefined;
    // A look that began later may have found it already.
    if (known.look < this.#number) known.look = this.#number;
    this.#found++;
    return known;
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

/** `reads`: how many may be made for all files together; below 0: they were not enough. */
function hashHere(
  path: string,
  now: number,
  buffer: Uint8Array,
  reads: { left: number },
): HashedFile | Error | undefined {
  try {
    return hashFile(path, { now, buffer, isCancelled: () => --reads.left < 0 });
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}
