import type { JournalRecord } from './journal.ts';
import type { SortedEntries } from '../sorted-entries.ts';
import { StoreError } from '../store.ts';
import type { Revision, StoreEntry } from '../store.ts';

/** A decided write on its way to the disk: nobody but later decisions sees it. */
export interface PendingWrite {
  readonly key: string;
  readonly value: Uint8Array | undefined;
  readonly expiresAt: number;
  /** Final once the write is sealed into a batch; moves down when writes before it fail. */
  revision: Revision;
  createRevision: Revision;
  /** The pending write of the same key it was decided on; its fate is this one's too. */
  on: PendingWrite | undefined;
  failed: boolean;
  /** Told once this write has settled: what was refused because of it. */
  readonly losers: Loser[];
  readonly resolve: (revision: Revision) => void;
  readonly reject: (error: StoreError) => void;
}

interface Loser {
  readonly refusal: Refusal;
  readonly reject: (error: StoreError) => void;
}

/** What a caller wants; `expected` is absent for a create. */
export interface WriteRequest {
  readonly key: string;
  readonly value: Uint8Array | undefined;
  readonly expected?: Revision;
  readonly expiresAt: number;
}

/** A batch's bounds keep the copying, and what observers do with it, under ten milliseconds of the main thread. */
const BATCH_WRITES = 256;
const BATCH_BYTES = 4 * 1024 * 1024;

/**
 * The writes between decision and durability, in order, over the durable heads. A write is decided at once against the
 * newest head of its key, pending ones included; when a batch fails, the writes that were decided on it fail too and the
 * others move up, so that revisions stay consecutive.
 */
export class PendingWrites {
  readonly #durable: SortedEntries<StoreEntry>;
  /** Newest pending write of each key. */
  readonly #heads = new Map<string, PendingWrite>();
  #batch: PendingWrite[] = [];
  #queue: PendingWrite[] = [];
  #revision: Revision;

  constructor(durable: SortedEntries<StoreEntry>, revision: Revision) {
    this.#durable = durable;
    this.#revision = revision;
  }

  get empty(): boolean {
    return this.#queue.length === 0;
  }

  has(key: string): boolean {
    return this.#heads.has(key);
  }

  /**
   * Accepts or refuses the write for good, now. Its promise settles with its batch. A refusal because of a pending write is
   * told when that one has settled: before, reading again would only show the state that just lost, and a caller who
   * retries would spin.
   */
  decide(request: WriteRequest): Promise<Revision> {
    const head = this.#heads.get(request.key);
    const durable = this.#durable.get(request.key);
    const problem = refuse(request, head ?? durable);
    if (problem && head) return new Promise((_, reject) => head.losers.push({ refusal: problem, reject }));
    if (problem) return Promise.reject(new StoreError(problem.code, problem.message, durable && { current: durable }));
    return new Promise((resolve, reject) => {
      const write: PendingWrite = {
        key: request.key,
        value: request.value,
        expiresAt: request.expiresAt,
        revision: 0,
        createRevision: request.expected === undefined ? 0 : (durable?.createRevision ?? 0),
        on: head,
        failed: false,
        losers: [],
        resolve,
        reject,
      };
      this.#number(write, request.expected === undefined);
      this.#queue.push(write);
      this.#heads.set(write.key, write);
    });
  }

  /** Takes the next batch out of the queue. Only one is out at a time. */
  seal(): readonly PendingWrite[] {
    let bytes = 0;
    let count = 0;
    for (const write of this.#queue) {
      bytes += write.value?.length ?? 0;
      if (count > 0 && (count === BATCH_WRITES || bytes > BATCH_BYTES)) break;
      count++;
    }
    this.#batch = this.#queue.splice(0, count);
    return this.#batch;
  }

  /** The write is durable and its head is no longer pending. */
  settle(write: PendingWrite): void {
    write.on = undefined;
    if (this.#heads.get(write.key) === write) this.#heads.delete(write.key);
  }

  /** Answers the writer, and those that lost to it. */
  answer(write: PendingWrite): void {
    write.resolve(write.revision);
    const current = this.#durable.get(write.key);
    for (const { refusal, reject } of write.losers)
      reject(new StoreError(refusal.code, refusal.message, current && { current }));
  }

  /** The sealed batch did not become durable: it fails, what hangs on it fails, the rest moves up behind `base`. */
  rollBack(base: Revision, error: StoreError): void {
    for (const write of this.#batch) write.failed = true;
    for (const write of this.#queue) if (write.on?.failed) write.failed = true;
    const failed = [...this.#batch, ...this.#queue.filter((write) => write.failed)];
    const kept = this.#queue.filter((write) => !write.failed);
    this.#batch = [];
    this.#queue = kept;
    this.#revision = base;
    this.#heads.clear();
    for (const write of kept) {
      this.#number(write, write.createRevision === write.revision);
      this.#heads.set(write.key, write);
    }
    for (const write of failed) {
      write.reject(error);
      for (const loser of write.losers) loser.reject(error);
    }
  }

  #number(write: PendingWrite, creates: boolean): void {
    write.revision = ++this.#revision;
    if (write.value === undefined) write.createRevision = 0;
    else if (creates) write.createRevision = write.revision;
    else if (write.on) write.createRevision = write.on.createRevision;
  }
}

/** What the journal keeps of a write. */
export function recordOf(write: PendingWrite): JournalRecord {
  const { key, revision, createRevision, expiresAt, value } = write;
  return value ? { key, revision, createRevision, expiresAt, value } : { key, revision, createRevision, expiresAt };
}

interface Refusal {
  readonly code: 'AlreadyExists' | 'NotFound' | 'Conflict';
  readonly message: string;
}

/** Why a write cannot be, given the head of its key. */
function refuse({ key, expected }: WriteRequest, head: PendingWrite | StoreEntry | undefined): Refusal | undefined {
  const exists = head?.value !== undefined;
  if (expected === undefined)
    return exists ? { code: 'AlreadyExists', message: `key ${key} exists already` } : undefined;
  if (!exists) return { code: 'NotFound', message: `key ${key} does not exist` };
  const revision = 'modRevision' in head ? head.modRevision : head.revision;
  if (revision === expected) return undefined;
  const message = `key ${key} has changed: it is at revision ${revision}, not ${expected}; read it again`;
  return { code: 'Conflict', message };
}
