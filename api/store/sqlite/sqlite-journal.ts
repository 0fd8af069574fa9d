import type {
  Journal,
  JournalChange,
  JournalChanges,
  JournalPage,
  JournalPosition,
  JournalRecord,
} from '../embedded/journal.ts';
import { StoreError } from '../store.ts';
import type { Revision } from '../store.ts';
import { DatabaseThread, ThreadLostError } from './database-thread.ts';
import type { Operation, Requests } from './protocol.ts';
import { packRecords, unpackRecords } from './records.ts';
import type { RawRecord } from './records.ts';

/** The reading thread is started when the past is asked for, and ends after this much quiet: most of the time nobody asks. */
const READER_IDLE_MILLISECONDS = 10_000;

/** A journal in one SQLite file, written by one thread and read by another. */
export class SqliteJournal implements Journal {
  readonly #path: string;
  readonly #workerUrl: URL;
  /** Undefined after the thread was lost: the next write starts another. */
  #writer: DatabaseThread | undefined;
  #reader: DatabaseThread | undefined;
  #readerTimer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(path: string, workerUrl: URL) {
    this.#path = path;
    this.#workerUrl = workerUrl;
  }

  async load(receive: (records: readonly JournalRecord[]) => void): Promise<JournalPosition> {
    try {
      const writer = (this.#writer = this.#start('writer'));
      const position = await writer.call('open', {});
      await this.#readAll(writer, position.revision, receive);
      return position;
    } catch (error) {
      throw error instanceof ThreadLostError ? this.#unavailable(error) : error;
    }
  }

  async append(records: readonly JournalRecord[], base: Revision): Promise<void> {
    try {
      const writer = this.#writer ?? (await this.#replaceWriter(base));
      const packed = packRecords(records.map(rawRecord));
      await writer.call('commit', { base, records: packed }, [packed]);
    } catch (error) {
      if (!(error instanceof ThreadLostError)) throw error;
      this.#writer = undefined;
      if (!(await this.#landed(base + records.length))) throw this.#unavailable(error);
    }
  }

  async get(key: string, revision: Revision): Promise<JournalRecord | undefined> {
    const { records } = await this.#read('get', { key, revision });
    return unpackRecords(records).map(sharedRecord)[0];
  }

  async list(prefix: string, revision: Revision, after: string | undefined, limit: number): Promise<JournalPage> {
    const { records, more } = await this.#read('list', { prefix, revision, after, limit });
    return { records: unpackRecords(records).map(sharedRecord), more };
  }

  async changes(prefix: string, after: Revision, until: Revision): Promise<JournalChanges> {
    const { records, scanned } = await this.#read('changes', { prefix, after, until });
    const changes: JournalChange[] = [];
    for (const record of unpackRecords(records).map(sharedRecord)) {
      const last = changes.at(-1);
      if (last && record.revision < last.record.revision) changes.splice(-1, 1, { ...last, previous: record });
      else changes.push({ record });
    }
    return { changes, scanned };
  }

  async compact(revision: Revision): Promise<void> {
    if (!this.#writer)
      throw new StoreError('Unavailable', `store ${this.#path}: no writing thread: the next write starts one`);
    try {
      await this.#writer.call('compact', { revision });
    } catch (error) {
      if (this.#closed) throw closedError();
      throw error instanceof ThreadLostError ? this.#unavailable(error) : error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#readerTimer);
    await this.#reader?.[Symbol.asyncDispose]();
    await this.#writer?.[Symbol.asyncDispose]();
  }

  #start(role: 'writer' | 'reader'): DatabaseThread {
    return new DatabaseThread(this.#workerUrl, { path: this.#path, role });
  }

  /** After a lost thread: goes on only where the file says that nothing is missing and nothing is extra. */
  async #replaceWriter(base: Revision): Promise<DatabaseThread> {
    const writer = this.#start('writer');
    const { revision } = await writer.call('open', {}).catch(async (error: unknown) => {
      await writer[Symbol.asyncDispose]();
      throw error;
    });
    if (revision === base) return (this.#writer = writer);
    await writer[Symbol.asyncDispose]();
    throw new StoreError(
      'Unavailable',
      `store ${this.#path}: the file is at revision ${revision}, this process expected ${base}: restart it`,
    );
  }

  /** The thread was lost with a batch in hand; only the file knows whether it is there. */
  async #landed(last: Revision): Promise<boolean> {
    try {
      await this.#replaceWriter(last);
      return true;
    } catch {
      return false;
    }
  }

  async #readAll(
    writer: DatabaseThread,
    revision: Revision,
    receive: (records: readonly JournalRecord[]) => void,
  ): Promise<void> {
    const read = (after: string | undefined) => writer.call('list', { prefix: '', revision, after, limit: Infinity });
    for (let next: ReturnType<typeof read> | undefined = read(undefined); next;) {
      const { records, more }: Awaited<ReturnType<typeof read>> = await next;
      const slice = unpackRecords(records);
      const last = slice.at(-1);
      // The thread reads the next slice while this one is taken in.
      next = more && last ? read(keyText(last.key)) : undefined;
      receive(slice.map(ownRecord));
    }
  }

  async #read<O extends Operation>(operation: O, ask: Requests[O]['ask']): Promise<Requests[O]['answer']> {
    if (this.#closed) throw closedError();
    this.#reader ??= this.#start('reader');
    const reader = this.#reader;
    this.#readerTimer?.refresh();
    this.#readerTimer ??= setTimeout(() => void this.#endReader(), READER_IDLE_MILLISECONDS).unref();
    try {
      return await reader.call(operation, ask);
    } catch (error) {
      if (!(error instanceof ThreadLostError)) throw error;
      if (this.#reader === reader) this.#reader = undefined;
      throw this.#unavailable(error);
    }
  }

  async #endReader(): Promise<void> {
    this.#readerTimer = undefined;
    const reader = this.#reader;
    this.#reader = undefined;
    await reader?.[Symbol.asyncDispose]();
  }

  #unavailable(cause: ThreadLostError): StoreError {
    return new StoreError('Unavailable', `store ${this.#path}: ${cause.message}; try again`, { cause });
  }
}

function closedError(): StoreError {
  return new StoreError('Closed', 'the store is closed');
}

function rawRecord({ key, value, ...rest }: JournalRecord): RawRecord {
  return { ...rest, key: Buffer.from(key), value };
}

/** The value stays a view into the slice: for records that are looked at and let go. */
function sharedRecord({ key, value, ...rest }: RawRecord): JournalRecord {
  return { ...rest, key: keyText(key), ...(value && { value }) };
}

/** The value in memory of its own, for records that stay: a view would keep its whole slice alive. */
function ownRecord({ key, value, ...rest }: RawRecord): JournalRecord {
  return { ...rest, key: keyText(key), ...(value && { value: Buffer.from(value) }) };
}

/** Not a TextDecoder: that would take a byte order mark off. */
function keyText(key: Uint8Array): string {
  return Buffer.from(key.buffer, key.byteOffset, key.byteLength).toString('utf8');
}
