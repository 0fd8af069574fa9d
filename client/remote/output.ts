import { Readable } from 'node:stream';

export type OutputName = 'stdout' | 'stderr';

export interface Output {
  readonly stdout: AsyncIterable<Uint8Array>;
  readonly stderr: AsyncIterable<Uint8Array>;
  readonly push: (name: OutputName, bytes: Uint8Array) => void;
  /** Nothing more comes; what is there can still be read. */
  readonly end: (name: OutputName) => void;
}

const HIGH_WATER = 256 * 1024;

/** Two streams out of one connection, which is read on when both have room. */
export function createOutput(connection: { readonly pause: () => void; readonly resume: () => void }): Output {
  /** Those that have enough for now. Not by their length: a stream asks for more before it has handed out what it has. */
  const full = new Set<Readable>();
  const makeRoom = (stream: Readable): void => {
    full.delete(stream);
    if (full.size === 0) connection.resume();
  };
  const open = (): Readable =>
    new Readable({
      highWaterMark: HIGH_WATER,
      read() {
        makeRoom(this);
      },
      // What nobody reads any more has room for ever.
      destroy(error, callback) {
        callback(error);
        makeRoom(this);
      },
    });
  const streams: Readonly<Record<OutputName, Readable>> = { stdout: open(), stderr: open() };
  const isOver = (stream: Readable): boolean => stream.destroyed || ended.has(stream);
  const ended = new Set<Readable>();
  return {
    stdout: streams.stdout,
    stderr: streams.stderr,
    push(name, bytes) {
      const stream = streams[name];
      if (isOver(stream) || stream.push(bytes)) return;
      full.add(stream);
      connection.pause();
    },
    end(name) {
      if (isOver(streams[name])) return;
      ended.add(streams[name]);
      streams[name].push(null);
    },
  };
}
