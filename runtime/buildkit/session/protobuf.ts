/** As much of protobuf's encoding as the hot messages need. */

export const wireType = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

/** A message that is being written, field by field. Zero values take no space. */
export class Scratch {
  readonly #buffer: Buffer;
  #at = 0;

  /** Writing beyond `size` throws RangeError. */
  constructor(size: number) {
    this.#buffer = Buffer.allocUnsafeSlow(size);
  }

  reset(): this {
    this.#at = 0;
    return this;
  }

  /** A non-negative integer that a double holds exactly. */
  number(field: number, value: number): void {
    if (value === 0) return;
    this.#varint(field * 8);
    this.#varint(value);
  }

  /** int64: a negative one takes ten bytes. */
  bigint(field: number, value: bigint): void {
    if (value === 0n) return;
    this.#varint(field * 8);
    let rest = BigInt.asUintN(64, value);
    while (rest > 0xffffffffn) {
      this.#byte(Number(rest & 0x7fn) | 0x80);
      rest >>= 7n;
    }
    this.#varint(Number(rest));
  }

  text(field: number, value: string): void {
    if (value === '') return;
    const length = Buffer.byteLength(value);
    this.tag(field, wireType.bytes, length);
    if (this.#at + length > this.#buffer.length) throw new RangeError('the text does not fit');
    this.#at += this.#buffer.write(value, this.#at, length, 'utf8');
  }

  /** Field number and type, and for `bytes` how many follow. */
  tag(field: number, type: number, length: number): void {
    this.#varint(field * 8 + type);
    this.#varint(length);
  }

  /** What was written, until more is. */
  view(): Uint8Array {
    return this.#buffer.subarray(0, this.#at);
  }

  copy(): Uint8Array {
    return Buffer.from(this.view());
  }

  /** A copy, as field `field` of another message. */
  wrapped(field: number): Uint8Array {
    const outer = Buffer.allocUnsafe(this.#at + 6);
    let at = 0;
    outer[at++] = field * 8 + wireType.bytes;
    let length = this.#at;
    for (; length > 0x7f; length >>>= 7) outer[at++] = (length & 0x7f) | 0x80;
    outer[at++] = length;
    at += this.#buffer.copy(outer, at, 0, this.#at);
    return outer.subarray(0, at);
  }

  #varint(value: number): void {
    let rest = value;
    while (rest > 0x7f) {
      this.#byte((rest % 0x80) | 0x80);
      rest = Math.floor(rest / 0x80);
    }
    this.#byte(rest);
  }

  #byte(value: number): void {
    if (this.#at >= this.#buffer.length) throw new RangeError('the message does not fit');
    this.#buffer[this.#at++] = value;
  }
}

/** Reads a message field by field: `next`, then one of the others for the value. Throws RangeError for what is none. */
export class Reader {
  readonly #message: Buffer;
  #at = 0;
  #type = 0;
  field = 0;

  constructor(message: Uint8Array) {
    this.#message = Buffer.from(message.buffer, message.byteOffset, message.length);
  }

  next(): boolean {
    if (this.#at >= this.#message.length) return false;
    const key = this.#unsigned();
    this.field = Number(key >> 3n);
    this.#type = Number(key & 7n);
    return true;
  }

  /** A non-negative number. */
  number(): number {
    this.#expect(wireType.varint);
    return Number(this.#unsigned());
  }

  signed(): bigint {
    this.#expect(wireType.varint);
    return BigInt.asIntN(64, this.#unsigned());
  }

  /** A view. */
  bytes(): Uint8Array {
    this.#expect(wireType.bytes);
    return this.#take(Number(this.#unsigned()));
  }

  text(): string {
    const bytes = this.bytes();
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');
  }

  skip(): void {
    if (this.#type === wireType.varint) this.#unsigned();
    else if (this.#type === wireType.bytes) this.bytes();
    else if (this.#type === wireType.fixed64) this.#take(8);
    else if (this.#type === wireType.fixed32) this.#take(4);
    else throw new RangeError(`field ${this.field} has the unknown type ${this.#type}`);
  }

  #expect(type: number): void {
    if (this.#type !== type) throw new RangeError(`field ${this.field} has type ${this.#type}, not ${type}`);
  }

  #take(length: number): Uint8Array {
    const end = this.#at + length;
    if (end > this.#message.length) throw new RangeError(`field ${this.field} ends after the message`);
    const taken = this.#message.subarray(this.#at, end);
    this.#at = end;
    return taken;
  }

  #unsigned(): bigint {
    let low = 0;
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = this.#byte();
      low |= (byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt(low);
    }
    let value = BigInt(low);
    for (let shift = 28n; shift < 70n; shift += 7n) {
      const byte = this.#byte();
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asUintN(64, value);
    }
    throw new RangeError('a number is longer than ten bytes');
  }

  #byte(): number {
    const byte = this.#message[this.#at++];
    if (byte === undefined) throw new RangeError('the message ends in the middle of a number');
    return byte;
  }
}
