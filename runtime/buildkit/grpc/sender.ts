import type { Http2Stream } from 'node:http2';
import { frameAll, frameHeader } from './frames.ts';

/** Up to here a message is copied behind its header; a larger one is written beside it. */
const SMALL = 16 * 1024;
/** Bytes that may wait for the peer before a writer has to. */
const HIGH_WATER = 1024 * 1024;

/** The writing side of an HTTP/2 stream: messages out, with back-pressure counted in bytes. */
export interface Sender {
  /**
   * Writes all, then resolves as soon as more may be sent; rejects with `gone()` when the stream is no more. `sent`: all of it is out, and its memory
   * free for other use; never called when that is not certain.
   */
  send(messages: readonly Uint8Array[], sent?: () => void): Promise<void>;
}

/**
 * `drain` of a stream tells only when everything is out; that leaves the line empty between two chunks. So what waits is counted here,
 * and a writer goes on when half of it is out. `gone`: what to say when there is nobody to send to.
 */
export function senderOn(stream: Http2Stream, gone: () => Error): Sender {
  let waiting = 0;
  const writers: { resolve(): void; reject(error: Error): void }[] = [];
  const write = (bytes: Uint8Array, sent?: () => void): void => {
    waiting += bytes.length;
    stream.write(bytes, (error) => {
      waiting -= bytes.length;
      if (error === undefined || error === null) sent?.();
      if (waiting <= HIGH_WATER / 2) for (const writer of writers.splice(0)) writer.resolve();
    });
  };
  stream.once('close', () => {
    for (const writer of writers.splice(0)) writer.reject(gone());
  });
  return {
    send: (messages, sent) => {
      // A stream that is gone takes writes without a word, and never calls back.
      if (stream.destroyed || stream.closed || stream.writableEnded) return Promise.reject(gone());
      writeFrames(stream, messages, write, sent);
      if (waiting < HIGH_WATER) return Promise.resolve();
      return new Promise((resolve, reject) => writers.push({ resolve, reject }));
    },
  };
}

type Write = (bytes: Uint8Array, sent?: () => void) => void;

/** Writes go out one after the other: when the last one is out, all are. */
function writeFrames(stream: Http2Stream, messages: readonly Uint8Array[], write: Write, sent?: () => void): void {
  if (messages.length === 0) return;
  if (messages.every(({ length }) => length <= SMALL)) {
    write(frameAll(messages), sent);
    return;
  }
  stream.cork();
  for (const [index, message] of messages.entries()) {
    const then = index === messages.length - 1 ? sent : undefined;
    if (message.length <= SMALL) {
      write(frameAll([message]), then);
    } else {
      write(frameHeader(message.length));
      write(message, then);
    }
  }
  stream.uncork();
}
