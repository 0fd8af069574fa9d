import type { FileHandle } from 'node:fs/promises';
import { progressLine } from '../../schemas/values/build-progress/json.ts';
import type { BuildLogEntry, BuildLogWriter } from '../ports/build-logs.ts';
import { meaningOf } from './files.ts';

/** How much a log may hold, and how much may wait for the disk. Bytes, or about that: characters of lines. */
export interface LogBounds {
  /** Of a file; behind it only steps, notes and the end are written. */
  readonly file: number;
  /** Of lines that are not written yet; beyond it they are dropped. */
  readonly waiting: number;
}

export const DEFAULT_BOUNDS: LogBounds = { file: 64 * 1024 * 1024, waiting: 4 * 1024 * 1024 };

export interface LiveLogOptions {
  readonly bounds: LogBounds;
  readonly now: () => number;
  /** Something is lost that nobody will ever read. */
  readonly warn: (fields: object, message: string) => void;
}

/** One write: the event loop is not held up by joining more. */
const MOST_AT_ONCE = 512 * 1024;
/** Without these a log tells a wrong story; they get room that output does not. */
const ESSENTIAL: ReadonlySet<BuildLogEntry['type']> = new Set(['begin', 'step', 'note', 'end']);
const ESSENTIAL_ROOM = 2;

interface Line {
  readonly text: string;
  readonly essential: boolean;
}

/**
 * A log that is being written. Lines gather while a write is under way, and the next one takes them all. What the disk refuses is dropped, but for what
 * is essential, which waits for the next try: with the next entry, or at the end.
 */
export class LiveLog implements BuildLogWriter {
  readonly #file: FileHandle;
  readonly #options: LiveLogOptions;
  #waiting: Line[] = [];
  #waitingSize = 0;
  #written = 0;
  #lost = 0;
  #lostWhy = '';
  #full = false;
  #pumping: Promise<void> | undefined;
  #closing: Promise<void> | undefined;
  #ended = false;
  #changed = Promise.withResolvers<void>();

  constructor(file: FileHandle, options: LiveLogOptions) {
    this.#file = file;
    this.#options = options;
  }

  /** Bytes that readers may read: whole lines. */
  get written(): number {
    return this.#written;
  }

  /** Nothing more comes. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Resolves when there is more, or it has ended. Ask before you look. */
  get changed(): Promise<void> {
    return this.#changed.promise;
  }

  append(entry: BuildLogEntry): void {
    if (this.#closing !== undefined) return;
    const essential = ESSENTIAL.has(entry.type);
    if (!essential && this.#isFull()) return;
    const text = progressLine(entry);
    const room = this.#options.bounds.waiting * (essential ? ESSENTIAL_ROOM : 1);
    if (this.#waitingSize + text.length > room) this.#lose(1, 'the disk is too slow');
    else this.#push({ text, essential });
    this.#start();
  }

  /** Resolves when what was appended before is written, or lost. */
  async settled(): Promise<void> {
    await this.#pumping;
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  #isFull(): boolean {
    if (this.#full) return true;
    const { file } = this.#options.bounds;
    if (this.#written + this.#waitingSize < file) return false;
    this.#full = true;
    const size = file >= 1 << 20 ? `${Math.round(file / (1 << 20))} MiB` : `${file} bytes`;
    this.#push(this.#note(`the log has reached ${size}: further output of its steps is left out`));
    return true;
  }

  #note(message: string): Line {
    const time = new Date(this.#options.now()).toISOString();
    return { text: progressLine({ type: 'note', time, message }), essential: true };
  }

  #push(line: Line): void {
    this.#waiting.push(line);
    this.#waitingSize += line.text.length;
  }

  #lose(count: number, why: string): void {
    this.#lost += count;
    this.#lostWhy = why;
  }

  #start(): void {
    this.#pumping ??= this.#pump().finally(() => {
      this.#pumping = undefined;
    });
  }

  /** Until all is written or the disk refuses. Never rejects. */
  async #pump(): Promise<void> {
    // what comes in one turn goes in one write
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const batch = this.#take();
      const lost = this.#lost;
      const told = lost > 0 ? this.#note(`${lost} entries of this log are lost: ${this.#lostWhy}`).text : '';
      try {
        await this.#write(Buffer.from(told + batch.map(({ text }) => text).join('')));
        this.#lost -= lost;
      } catch (error) {
        this.#putBack(batch, error);
        return;
      }
      this.#tell();
    }
  }

  #take(): readonly Line[] {
    let size = 0;
    let count = 0;
    for (const { text } of this.#waiting) {
      if (count > 0 && size + text.length > MOST_AT_ONCE) break;
      size += text.length;
      count += 1;
    }
    this.#waitingSize -= size;
    return this.#waiting.splice(0, count);
  }

  #putBack(batch: readonly Line[], error: unknown): void {
    const kept = batch.filter(({ essential }) => essential);
    const dropped = batch.length - kept.length;
    if (this.#lost === 0 && dropped > 0)
      this.#options.warn({ err: error }, 'A log of a build cannot be written; output of its steps is lost');
    this.#lose(dropped, meaningOf(error));
    this.#waiting = [...kept, ...this.#waiting];
    this.#waitingSize += kept.reduce((sum, { text }) => sum + text.length, 0);
  }

  /** All of it, or nothing that a reader would see. */
  async #write(bytes: Buffer): Promise<void> {
    let done = 0;
    try {
      while (done < bytes.length) {
        const { bytesWritten } = await this.#file.write(bytes, done, bytes.length - done, this.#written + done);
        done += bytesWritten;
      }
    } catch (error) {
      // half a line would stay behind if the daemon ended now
      if (done > 0) await this.#file.truncate(this.#written).catch(() => undefined);
      throw error;
    }
    this.#written += bytes.length;
  }

  async #close(): Promise<void> {
    await this.#pumping;
    // what the disk refused gets its last try
    if (this.#lost > 0 && this.#waiting.length === 0) this.#push(this.#note('the log ends here'));
    await this.#pump();
    const lost = this.#lost + this.#waiting.length;
    if (lost > 0) this.#options.warn({ lost, why: this.#lostWhy }, 'A log of a build ends with entries that are lost');
    this.#ended = true;
    await this.#file.close().catch(() => undefined);
    this.#tell();
  }

  #tell(): void {
    const { resolve } = this.#changed;
    this.#changed = Promise.withResolvers();
    resolve();
  }
}
