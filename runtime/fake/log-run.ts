import type { AttachedOutput, LogLimits, ReadLogOptions } from '../ports/logs.ts';
import { FakeOutput } from './output.ts';

type Stream = 'stdout' | 'stderr';

interface Line {
  /** RFC 3339 with nanoseconds. */
  readonly time: string;
  readonly stream: Stream;
  /** With its newline, or without at the end of the output. */
  readonly text: string;
}

/** The output of one process in memory, rotated like files: the oldest lines go when there are too many. */
export class FakeLogRun {
  open = true;
  readonly #lines: Line[] = [];
  /** Lines that rotation has dropped: the number of the first one that is kept. */
  #dropped = 0;
  /** Lines and bytes of each file, the current one last. */
  readonly #files = [{ lines: 0, bytes: 0 }];
  readonly #unfinished = { stdout: '', stderr: '' };
  readonly #attached = new Set<FakeAttachment>();
  readonly #waiting = new Set<() => void>();
  #limits: LogLimits;

  constructor(limits: LogLimits) {
    this.#limits = limits;
  }

  /** Whether anything is another than before. */
  openAgain(limits: LogLimits): boolean {
    const { maxBytes, maxFiles } = this.#limits;
    const isSame = this.open && limits.maxBytes === maxBytes && limits.maxFiles === maxFiles;
    this.open = true;
    this.#limits = limits;
    return !isSame;
  }

  write(stream: Stream, text: string, time: string): void {
    for (const attached of this.#attached) if (text !== '') attached[stream].push(Buffer.from(text));
    const lines = (this.#unfinished[stream] + text).split(/(?<=\n)/);
    this.#unfinished[stream] = lines.at(-1)?.endsWith('\n') === false ? (lines.pop() ?? '') : '';
    for (const line of lines) if (line !== '') this.#append({ time, stream, text: line });
    this.#wake();
  }

  /** What has no end yet is a line too; whoever follows is done. */
  end(time: string): void {
    for (const stream of ['stdout', 'stderr'] as const) {
      if (this.#unfinished[stream] !== '') this.#append({ time, stream, text: this.#unfinished[stream] });
      this.#unfinished[stream] = '';
    }
    this.open = false;
    for (const attached of this.#attached) attached.finish();
    this.#wake();
  }

  last(maxLines: number): string {
    return this.#lines
      .slice(-maxLines)
      .map((line) => line.text)
      .join('');
  }

  async *read(options: ReadLogOptions): AsyncGenerator<Uint8Array> {
    const { tailLines, sinceTime = '', timestamps = false, stream, follow = false, signal } = options;
    let left = options.limitBytes ?? Infinity;
    let next = tailLines === undefined ? 0 : Math.max(0, this.#dropped + this.#lines.length - tailLines);
    for (;;) {
      for (next = Math.max(next, this.#dropped); next < this.#dropped + this.#lines.length; next++) {
        const line = this.#lines[next - this.#dropped];
        if (line === undefined || isBefore(line.time, sinceTime)) continue;
        if (stream !== undefined && line.stream !== stream) continue;
        const bytes = Buffer.from(timestamps ? `${line.time} ${line.text}` : line.text);
        yield bytes.subarray(0, left);
        left -= bytes.length;
        if (left <= 0) return;
      }
      if (!follow || !this.open || signal?.aborted === true) return;
      await this.#more(signal);
    }
  }

  attach(): AttachedOutput {
    const attached = new FakeAttachment(() => void this.#attached.delete(attached));
    this.#attached.add(attached);
    return attached;
  }

  #append(line: Line): void {
    let file = this.#files.at(-1);
    if (file === undefined || (file.bytes > 0 && file.bytes + line.text.length > this.#limits.maxBytes)) {
      file = { lines: 0, bytes: 0 };
      this.#files.push(file);
    }
    file.lines++;
    file.bytes += line.text.length;
    this.#lines.push(line);
    while (this.#files.length > this.#limits.maxFiles) {
      const gone = this.#files.shift()?.lines ?? 0;
      this.#lines.splice(0, gone);
      this.#dropped += gone;
    }
  }

  #wake(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }

  async #more(signal: AbortSignal | undefined): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const onAbort = (): void => resolve();
    this.#waiting.add(resolve);
    signal?.addEventListener('abort', onAbort, { once: true });
    await promise;
    this.#waiting.delete(resolve);
    signal?.removeEventListener('abort', onAbort);
  }
}

class FakeAttachment implements AttachedOutput {
  readonly stdout = new FakeOutput();
  readonly stderr = new FakeOutput();
  readonly ended: Promise<void>;
  readonly finish: () => void;

  constructor(onEnd: () => void) {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.ended = promise;
    this.finish = () => {
      onEnd();
      for (const output of [this.stdout, this.stderr]) output.end();
      resolve();
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.finish();
    for (const output of [this.stdout, this.stderr]) output.dispose();
  }
}

/** Both RFC 3339 in UTC, with as many digits as they like. */
function isBefore(time: string, since: string): boolean {
  const digits = (text: string): string =>
    text
      .replace(/Z$/, '')
      .replace(/^([^.]*)$/, '$1.')
      .padEnd(29, '0');
  return since !== '' && digits(time) < digits(since);
}
