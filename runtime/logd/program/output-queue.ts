/**
 * Memory between reading and writing. Records are gathered in large buffers from a pool, so that one write takes many, and a quiet log
 * holds no memory at all.
 */
export interface OutputBuffer {
  readonly bytes: Buffer;
  /** How much of it is filled, with whole records. */
  length: number;
}

const bufferBytes = 128 * 1024;

export interface BufferPool {
  take(bytes: number): OutputBuffer;
  give(buffer: OutputBuffer): void;
}

/** Keeps a few buffers for reuse; larger ones for a single huge record are made for the purpose. */
export function createBufferPool(kept = 4): BufferPool {
  const spare: OutputBuffer[] = [];
  return {
    take(bytes) {
      if (bytes > bufferBytes) return { bytes: Buffer.allocUnsafeSlow(bytes), length: 0 };
      return spare.pop() ?? { bytes: Buffer.allocUnsafeSlow(bufferBytes), length: 0 };
    },
    give(buffer) {
      buffer.length = 0;
      if (buffer.bytes.length === bufferBytes && spare.length < kept) spare.push(buffer);
    },
  };
}

export interface OutputQueue {
  /** A buffer with room for `bytes` more after its `length`; the caller fills it and raises `length`. */
  reserve(bytes: number): OutputBuffer;
  /** Takes the oldest buffer out, or undefined. Give it back to the pool when it is written. */
  shift(): OutputBuffer | undefined;
  /** Bytes that wait. */
  size(): number;
}

export function createOutputQueue(pool: BufferPool): OutputQueue {
  const buffers: OutputBuffer[] = [];
  return {
    reserve(bytes) {
      const last = buffers.at(-1);
      if (last !== undefined && last.bytes.length - last.length >= bytes) return last;
      const fresh = pool.take(bytes);
      buffers.push(fresh);
      return fresh;
    },
    shift: () => buffers.shift(),
    size: () => buffers.reduce((sum, { length }) => sum + length, 0),
  };
}
