/** Frames of SPDY/3.1 on the wire: those that `remotecommand` and `portforward` of Kubernetes' clients use (SPDY protocol draft 3.1, 2.2). */

export const FRAME_HEADER_BYTES = 8;
const VERSION = 3;
const CONTROL_BIT = 0x80;
const FLAG_FIN = 0x01;

export const FRAME_TYPES = { SYN_STREAM: 1, SYN_REPLY: 2, RST_STREAM: 3, PING: 6, GOAWAY: 7 } as const;

export type FrameHeader =
  | { readonly type: 'data'; readonly stream: number; readonly fin: boolean; readonly length: number }
  | {
      readonly type: 'control';
      readonly version: number;
      readonly kind: number;
      readonly fin: boolean;
      readonly length: number;
    };

/** The first eight bytes. */
export function readFrameHeader(bytes: Buffer): FrameHeader {
  const first = bytes.readUInt8(0);
  const fin = (bytes.readUInt8(4) & FLAG_FIN) !== 0;
  const length = bytes.readUIntBE(5, 3);
  if ((first & CONTROL_BIT) === 0) return { type: 'data', stream: bytes.readUInt32BE(0), fin, length };
  return { type: 'control', version: bytes.readUInt16BE(0) & 0x7fff, kind: bytes.readUInt16BE(2), fin, length };
}

export const isKnownVersion = (version: number): boolean => version === VERSION;

/** The most that one frame of ours carries. */
export const MAX_DATA_BYTES = 32 * 1024;

/** A piece of a stream, of at most 2²⁴ - 1 bytes; `fin`: its last one. */
export function dataFrame(stream: number, payload: Uint8Array, fin: boolean): Buffer {
  const frame = Buffer.allocUnsafe(FRAME_HEADER_BYTES + payload.length);
  frame.writeUInt32BE(stream, 0);
  frame.writeUInt8(fin ? FLAG_FIN : 0, 4);
  frame.writeUIntBE(payload.length, 5, 3);
  frame.set(payload, FRAME_HEADER_BYTES);
  return frame;
}

function controlFrame(kind: number, payload: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(FRAME_HEADER_BYTES + payload.length);
  frame.writeUInt16BE((CONTROL_BIT << 8) | VERSION, 0);
  frame.writeUInt16BE(kind, 2);
  frame.writeUInt8(0, 4);
  frame.writeUIntBE(payload.length, 5, 3);
  frame.set(payload, FRAME_HEADER_BYTES);
  return frame;
}

function numbers(...values: readonly number[]): Buffer {
  const bytes = Buffer.allocUnsafe(values.length * 4);
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value, index * 4);
  return bytes;
}

/** The stream that the other side has opened is taken. */
export const synReply = (stream: number, headerBlock: Uint8Array): Buffer =>
  controlFrame(FRAME_TYPES.SYN_REPLY, Buffer.concat([numbers(stream), headerBlock]));

/** Why a stream is ended at once. */
export const RESET = { PROTOCOL_ERROR: 1, REFUSED_STREAM: 3, CANCEL: 5 } as const;

export const rstStream = (stream: number, status: number): Buffer =>
  controlFrame(FRAME_TYPES.RST_STREAM, numbers(stream, status));

export const ping = (id: number): Buffer => controlFrame(FRAME_TYPES.PING, numbers(id));

/** Nothing behind this stream was looked at. */
export const goAway = (lastStream: number, status: number): Buffer =>
  controlFrame(FRAME_TYPES.GOAWAY, numbers(lastStream, status));
