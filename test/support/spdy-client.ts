/** The client's side of SPDY/3.1 as Kubernetes' clients write it, in bytes: for tests of the server's side. */
import { constants, createDeflate, createInflate } from 'node:zlib';
import { DICTIONARY } from '../../api/spdy/dictionary.ts';
import { FRAME_TYPES } from '../../api/spdy/frames.ts';
import { FrameSplitter, type FramePart } from '../../api/spdy/split-frames.ts';

const FLUSH = { flush: constants.Z_SYNC_FLUSH, finishFlush: constants.Z_SYNC_FLUSH, dictionary: DICTIONARY } as const;

function uint32(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value, index * 4);
  return bytes;
}

const text = (value: string): Buffer => Buffer.concat([uint32(Buffer.byteLength(value)), Buffer.from(value)]);

export function control(kind: number, payload: Uint8Array, fin = false): Buffer {
  const head = Buffer.from([0x80, 3, kind >> 8, kind & 0xff, fin ? 1 : 0, 0, 0, 0]);
  head.writeUIntBE(payload.length, 5, 3);
  return Buffer.concat([head, payload]);
}

export function data(stream: number, bytes: Uint8Array, fin = false): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(stream, 0);
  head.writeUInt8(fin ? 1 : 0, 4);
  head.writeUIntBE(bytes.length, 5, 3);
  return Buffer.concat([head, bytes]);
}

/** Compresses the header blocks of one connection, in order. */
export function createOpener(): (stream: number, headers: Readonly<Record<string, string>>) => Promise<Buffer> {
  const deflate = createDeflate(FLUSH);
  return async (stream, headers) => {
    const entries = Object.entries(headers);
    const plain = Buffer.concat([
      uint32(entries.length),
      ...entries.flatMap(([name, value]) => [text(name), text(value)]),
    ]);
    await new Promise<void>((resolve) => deflate.write(plain, () => resolve()));
    const block = deflate.read() as Buffer;
    return control(FRAME_TYPES.SYN_STREAM, Buffer.concat([uint32(stream, 0), Buffer.from([0, 0]), block]));
  };
}

/** Reads the header blocks of the server's replies with a real inflater; resolves with how many headers each has. */
export function createReplyReader(): (payload: Buffer) => Promise<number> {
  const inflate = createInflate(FLUSH);
  return async (payload) => {
    await new Promise<void>((resolve, reject) => {
      inflate.once('error', reject);
      inflate.write(payload.subarray(4), () => resolve());
    });
    return (inflate.read() as Buffer).readUInt32BE(0);
  };
}

/** All frames in these bytes. */
export const framesIn = (bytes: Uint8Array): readonly FramePart[] => [...new FrameSplitter().take(bytes)];
