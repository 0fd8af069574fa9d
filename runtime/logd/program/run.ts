/** One run: two FIFOs in, one file out, until both streams have ended. */
import type { Socket } from 'node:net';
import { createAttachments, type Attachments } from './attachments.ts';
import type { Clock } from './clock.ts';
import { openFifo, type FifoReader } from './fifo-reader.ts';
import { createFormatter, type Formatter, type StreamName } from './format.ts';
import type { BufferPool } from './output-queue.ts';
import type { OpenMessage } from './protocol.ts';
import { createSegmentFile, type SegmentLimits } from './segment-file.ts';
import { createWriter, type Writer } from './writer.ts';

export interface RunContext {
  readonly clock: Clock;
  readonly pool: BufferPool;
  readonly readBuffer: Buffer;
}

export interface Run {
  /** Other limits for what is written from now on. */
  limit(limits: SegmentLimits): void;
  /** Resolves when the run has a file, or the disk has refused one: a full disk keeps no container from starting. */
  readonly prepared: Promise<void>;
  /** Resolves when everything is in the file and both FIFOs are closed. */
  readonly ended: Promise<void>;
  /** Whether these are still the FIFOs at their paths. */
  isCurrent(): boolean;
  /** Reads what is there; waits up to `deadline` milliseconds for writers that are left; then ends the run. */
  drain(deadline: number): Promise<void>;
  /** Sends this connection what is written from now on. */
  attach(socket: Socket): void;
  /** Ends the run at once, without waiting for writers: another logd takes over. */
  release(): Promise<void>;
}

/** A line that does not go on for this long is written as a piece, so that prompts can be seen and a crash loses little. */
const partialLineMs = 500;

interface Stream {
  readonly formatter: Formatter;
  readonly reader: FifoReader;
  timer: NodeJS.Timeout | undefined;
  open: boolean;
}

/** Throws an errno error when a FIFO cannot be opened; nothing is open then. */
export function startRun(message: OpenMessage, context: RunContext): Run {
  const { clock } = context;
  const file = createSegmentFile(message);
  const prepared = file.prepare().catch(() => undefined);
  const streams: Stream[] = [];
  const resumeAll = (): void => {
    if (attachments.congested || !writer.hasRoom()) return;
    for (const stream of streams) if (stream.open) stream.reader.resume();
  };
  const attachments = createAttachments(resumeAll);
  const writer = createWriter(file, prepared, context.pool, clock, resumeAll);
  const end = Promise.withResolvers<void>();
  let finishing = false;
  const finishWhenClosed = (): void => {
    if (finishing || streams.some(({ open }) => open)) return;
    finishing = true;
    attachments.end();
    void writer.finish().then(end.resolve, end.resolve);
  };
  try {
    for (const name of ['stdout', 'stderr'] as const) {
      streams.push(openStream(name, message[name], { context, writer, attachments, onEnd: finishWhenClosed }));
    }
  } catch (error) {
    for (const stream of streams) closeStream(stream, clock);
    throw error;
  }
  const closeAll = (): Promise<void> => {
    for (const stream of streams) closeStream(stream, clock);
    finishWhenClosed();
    return end.promise;
  };
  return {
    limit: (limits) => file.limit(limits),
    prepared,
    ended: end.promise,
    isCurrent: () => streams.every(({ open, reader }) => open && reader.isCurrent()),
    async drain(deadline) {
      readAll(streams);
      if (streams.some(({ open }) => open)) await within(end.promise, deadline);
      readAll(streams);
      await closeAll();
    },
    attach: (socket) => attachments.add(socket),
    release() {
      attachments.release();
      return closeAll();
    },
  };
}

interface StreamContext {
  readonly context: RunContext;
  readonly writer: Writer;
  readonly attachments: Attachments;
  readonly onEnd: () => void;
}

function openStream(name: StreamName, path: string, streamContext: StreamContext): Stream {
  const { context, writer, attachments, onEnd } = streamContext;
  const { clock, readBuffer } = context;
  const formatter = createFormatter(name, writer.queue);
  const reader = openFifo(path, readBuffer, {
    data(chunk) {
      attachments.push(name, chunk);
      formatter.write(chunk, clock.timestamp());
      if (formatter.pendingBytes > 0) stream.timer ??= setTimeout(flushPartial, partialLineMs);
      return writer.wrote() && !attachments.congested;
    },
    end() {
      closeStream(stream, clock);
      writer.wrote();
      onEnd();
    },
  });
  const stream: Stream = { formatter, reader, timer: undefined, open: true };
  const flushPartial = (): void => {
    stream.timer = undefined;
    formatter.flush(clock.timestamp());
    writer.wrote();
  };
  return stream;
}

function closeStream(stream: Stream, clock: Clock): void {
  if (!stream.open) return;
  stream.open = false;
  clearTimeout(stream.timer);
  stream.reader.close();
  stream.formatter.flush(clock.timestamp());
}

/** Whatever the disk does meanwhile: what is in two pipes fits into memory. */
function readAll(streams: readonly Stream[]): void {
  for (const { open, reader } of streams) if (open) reader.readNow();
}

async function within(promise: Promise<void>, milliseconds: number): Promise<void> {
  const { promise: late, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, milliseconds);
  await Promise.race([promise, late]);
  clearTimeout(timer);
}
