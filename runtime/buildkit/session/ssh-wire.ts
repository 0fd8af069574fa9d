/** The data types of SSH (RFC 4251, section 5): numbers, strings with their length before them, and large integers as such strings. */

export class SshReader {
  readonly #data: Buffer;
  #at = 0;

  constructor(data: Uint8Array) {
    this.#data = Buffer.from(data.buffer, data.byteOffset, data.length);
  }

  /** Throws RangeError beyond the end, as all of these do. */
  byte(): number {
    return this.#take(1)[0]!;
  }

  number(): number {
    return this.#take(4).readUInt32BE();
  }

  string(): Buffer {
    return this.#take(this.number());
  }

  text(): string {
    return this.string().toString('utf8');
  }

  /** Without the zero that keeps it positive. */
  integer(): Buffer {
    const bytes = this.string();
    const first = bytes.findIndex((byte) => byte !== 0);
    return first === -1 ? bytes.subarray(0, 0) : bytes.subarray(first);
  }

  literal(length: number): Buffer {
    return this.#take(length);
  }

  #take(length: number): Buffer {
    const end = this.#at + length;
    if (end > this.#data.length) throw new RangeError('the data ends too early');
    const taken = this.#data.subarray(this.#at, end);
    this.#at = end;
    return taken;
  }
}

export function sshNumber(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

export function sshString(value: string | Uint8Array): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([sshNumber(bytes.length), bytes]);
}

/** Of unsigned bytes, the highest first. */
export function sshInteger(value: Uint8Array): Buffer {
  const first = value.findIndex((byte) => byte !== 0);
  const bytes = first === -1 ? Buffer.alloc(0) : Buffer.from(value.subarray(first));
  return sshString(bytes.length > 0 && bytes[0]! >= 0x80 ? Buffer.concat([Buffer.of(0), bytes]) : bytes);
}
