/**
 * What the daemon and logd say to each other, besides `hello` and `retire`. After the answer to `attach` the connection carries frames
 * instead, from logd to the daemon only.
 */
import type { ResidentAnswer, ResidentMessage } from '../../resident/program/wire.ts';

export const protocolVersion = 1;

export interface OpenMessage {
  readonly op: 'open';
  readonly log: string;
  readonly run: number;
  /** FIFOs that exist. */
  readonly stdout: string;
  readonly stderr: string;
  /** Where the files of the run go: `<directory>/<run>-<sequence>.log`; it exists. */
  readonly directory: string;
  readonly maxBytes: number;
  readonly maxFiles: number;
}

export interface DrainMessage {
  readonly op: 'drain';
  readonly log: string;
  readonly run: number;
  /** Milliseconds to wait for the end of the streams. */
  readonly deadline: number;
}

/** Needs a connection of its own: frames follow its answer. */
export interface AttachMessage {
  readonly op: 'attach';
  readonly log: string;
  readonly run: number;
}

export type Message = OpenMessage | DrainMessage | AttachMessage | ResidentMessage;

export interface Answer extends ResidentAnswer {
  /** Only of `attach`: tells this logd from the next one. */
  readonly pid?: number;
}

/** The name of a run's registration in the run directory, present from before `open` is answered until the run has ended. */
export function registrationName(log: string, run: number): string {
  return `${log}.${run}.json`;
}

/** The opposite of registrationName; undefined for other files. */
export function parseRegistrationName(name: string): { readonly log: string; readonly run: number } | undefined {
  const [, log, run] = /^(.+)\.(\d+)\.json$/.exec(name) ?? [];
  return log === undefined ? undefined : { log, run: Number(run) };
}

/** The name of one file of a run. The highest sequence is the one that is written to. */
export function segmentName(run: number, sequence: number): string {
  return `${run}-${sequence}.log`;
}

/** The opposite of segmentName; undefined for other files. */
export function parseSegmentName(name: string): { readonly run: number; readonly sequence: number } | undefined {
  const [, run, sequence] = /^(\d+)-(\d+)\.log$/.exec(name) ?? [];
  return run === undefined ? undefined : { run: Number(run), sequence: Number(sequence) };
}

/** What a frame carries; `end` is the last one of a run, and empty. */
export type FrameStream = 'end' | 'stdout' | 'stderr';

const frameStreams: readonly FrameStream[] = ['end', 'stdout', 'stderr'];

/** A number for the stream, then the length of what follows, in four bytes, the highest first. */
export const frameHeaderBytes = 5;

export function frameHeader(stream: FrameStream, length: number): Buffer {
  const header = Buffer.alloc(frameHeaderBytes);
  header.writeUInt8(frameStreams.indexOf(stream), 0);
  header.writeUInt32BE(length, 1);
  return header;
}

/** The opposite of frameHeader, at an offset where a whole header stands. */
export function parseFrameHeader(
  bytes: Buffer,
  offset: number,
): { readonly stream: FrameStream; readonly length: number } {
  return { stream: frameStreams[bytes.readUInt8(offset)] ?? 'end', length: bytes.readUInt32BE(offset + 1) };
}
