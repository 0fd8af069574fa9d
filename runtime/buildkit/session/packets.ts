/**
 * The messages of a file transfer, `fsutil.types.Packet` and `Stat`, by hand: there is one for each of a hundred thousand files, and one for each
 * quarter of a megabyte. Sizes and times are signed 64 bit numbers, modes unsigned 32 bit ones whose highest bit is used.
 */
import { Reader, Scratch, wireType } from './protobuf.ts';

export const packetType = { stat: 0, request: 1, data: 2, finish: 3, error: 4 } as const;

export interface Stat {
  readonly path: string;
  /** Go's file mode, unsigned: permissions and type, see modes.ts. */
  readonly mode: number;
  readonly size: number;
  /** Nanoseconds since the epoch. */
  readonly modTime: bigint;
  /** Target of a symbolic link; or path of the same file, which came before. */
  readonly linkname: string;
  readonly deviceMajor: number;
  readonly deviceMinor: number;
}

export interface Packet {
  /** One of `packetType`; others are to be refused. */
  readonly type: number;
  /** Absent in a `stat` packet: the list is complete. */
  readonly stat?: Stat;
  readonly id: number;
  /** A view of the message. */
  readonly data: Uint8Array;
}

/** Bytes that are to be left free before the data of a packet, for its other fields. */
export const dataHeaderRoom = 16;

/** Two paths of the kernel's greatest length fit, whatever they are made of. */
const scratch = (): Scratch => new Scratch(32 * 1024);

/** Encodes `stat` packets. One after the other: it has a buffer of its own. */
export class StatEncoder {
  readonly #scratch = scratch();

  /** User and group are left out: builds see root's files, and whose they are here must not make another build. */
  encode(stat: Stat): Uint8Array {
    const buffer = this.#scratch.reset();
    buffer.text(1, stat.path);
    buffer.number(2, stat.mode);
    buffer.number(5, stat.size);
    buffer.bigint(6, stat.modTime);
    buffer.text(7, stat.linkname);
    buffer.number(8, stat.deviceMajor);
    buffer.number(9, stat.deviceMinor);
    return buffer.wrapped(2);
  }
}

/** End of the list: a packet without any field. */
export const listEnd: Uint8Array = new Uint8Array(0);

export function encodeRequest(id: number): Uint8Array {
  return encodeHead(packetType.request, id);
}

/** Content of file `id` is complete. */
export function encodeDataEnd(id: number): Uint8Array {
  return encodeHead(packetType.data, id);
}

export function encodeFinish(): Uint8Array {
  return encodeHead(packetType.finish, 0);
}

export function encodeError(text: string): Uint8Array {
  const data = Buffer.from(text);
  const room = Buffer.alloc(dataHeaderRoom + data.length);
  room.set(data, dataHeaderRoom);
  return inFrontOfData(room, packetType.error, 0, data.length);
}

function encodeHead(type: number, id: number): Uint8Array {
  const buffer = new Scratch(16);
  buffer.number(1, type);
  buffer.number(3, id);
  return buffer.copy();
}

/** A `data` packet around the bytes that stand behind `dataHeaderRoom` of `buffer`, without a copy of them. */
export function encodeData(buffer: Uint8Array, id: number, length: number): Uint8Array {
  return inFrontOfData(buffer, packetType.data, id, length);
}

function inFrontOfData(buffer: Uint8Array, type: number, id: number, length: number): Uint8Array {
  const head = new Scratch(dataHeaderRoom);
  head.number(1, type);
  head.number(3, id);
  if (length > 0) head.tag(4, wireType.bytes, length);
  const bytes = head.view();
  const start = dataHeaderRoom - bytes.length;
  buffer.set(bytes, start);
  return buffer.subarray(start, dataHeaderRoom + length);
}

/** Throws RangeError for what is no message. */
export function decodePacket(message: Uint8Array): Packet {
  const reader = new Reader(message);
  let [type, id] = [0, 0];
  let data: Uint8Array = listEnd;
  let stat: Stat | undefined;
  while (reader.next()) {
    if (reader.field === 1) type = reader.number();
    else if (reader.field === 2) stat = decodeStat(reader.bytes());
    else if (reader.field === 3) id = reader.number();
    else if (reader.field === 4) data = reader.bytes();
    else reader.skip();
  }
  return stat === undefined ? { type, id, data } : { type, id, data, stat };
}

function decodeStat(message: Uint8Array): Stat {
  const reader = new Reader(message);
  const stat = { path: '', mode: 0, size: 0, modTime: 0n, linkname: '', deviceMajor: 0, deviceMinor: 0 };
  while (reader.next()) {
    if (reader.field === 1) stat.path = reader.text();
    else if (reader.field === 2) stat.mode = reader.number();
    else if (reader.field === 5) stat.size = Number(reader.signed());
    else if (reader.field === 6) stat.modTime = reader.signed();
    else if (reader.field === 7) stat.linkname = reader.text();
    else if (reader.field === 8) stat.deviceMajor = Number(reader.signed());
    else if (reader.field === 9) stat.deviceMinor = Number(reader.signed());
    else reader.skip();
  }
  return stat;
}

/** Data of a `BytesMessage`, a view of it. Throws RangeError for what is no message. */
export function decodeBytesMessage(message: Uint8Array): Uint8Array {
  const reader = new Reader(message);
  let data: Uint8Array = listEnd;
  while (reader.next()) {
    if (reader.field === 1) data = reader.bytes();
    else reader.skip();
  }
  return data;
}

export function encodeBytesMessage(data: Uint8Array): Uint8Array {
  const head = new Scratch(16);
  if (data.length > 0) head.tag(1, wireType.bytes, data.length);
  return Buffer.concat([head.view(), data]);
}
