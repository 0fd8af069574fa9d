/** One 512-byte header of a tar archive (POSIX pax and GNU, as far as images use them). */
export interface TarHeader {
  readonly path: string;
  readonly size: number;
  /** '0' file, '1' hard link, '2' symbolic link, '5' directory, 'x' and 'g' pax records, 'L' and 'K' GNU long names. */
  readonly type: string;
  readonly linkTarget: string;
}

export const BLOCK = 512;
const NEWLINE = 0x0a;
const CHECKSUM = { start: 148, end: 156 };

/** Undefined when this is no header: the checksum does not fit, or a number is none. */
export function decodeHeader(block: Buffer): TarHeader | undefined {
  if (numberAt(block, CHECKSUM.start, CHECKSUM.end) !== checksumOf(block)) return undefined;
  const size = numberAt(block, 124, 136);
  if (size === undefined) return undefined;
  const isUstar = block.toString('latin1', 257, 262) === 'ustar';
  // GNU uses the bytes of ustar's prefix for other things, and says so by a blank after the magic.
  const prefix = isUstar && block[262] === 0 ? textAt(block, 345, 500) : '';
  const name = textAt(block, 0, 100);
  const type = block[156] === 0 ? '0' : String.fromCharCode(block[156] ?? 0);
  return { path: prefix === '' ? name : `${prefix}/${name}`, size, type, linkTarget: textAt(block, 157, 257) };
}

export function isZero(block: Buffer): boolean {
  return block.every((byte) => byte === 0);
}

/** Records of a pax header: `<length> <key>=<value>\n`, the length counting itself. Undefined when malformed. */
export function decodePax(bytes: Buffer): ReadonlyMap<string, string> | undefined {
  const records = new Map<string, string>();
  for (let at = 0; at < bytes.length;) {
    const space = bytes.indexOf(0x20, at);
    const length = Number(space === -1 ? Number.NaN : bytes.toString('latin1', at, space));
    if (!Number.isInteger(length) || length <= space - at + 1 || at + length > bytes.length) return undefined;
    if (bytes[at + length - 1] !== NEWLINE) return undefined;
    const record = bytes.toString('utf8', space + 1, at + length - 1);
    const equals = record.indexOf('=');
    if (equals === -1) return undefined;
    records.set(record.slice(0, equals), record.slice(equals + 1));
    at += length;
  }
  return records;
}

/** Text up to the first NUL. */
export function textAt(bytes: Buffer, start: number, end: number): string {
  const nul = bytes.subarray(start, end).indexOf(0);
  return bytes.toString('utf8', start, nul === -1 ? end : start + nul);
}

/** Octal digits, or GNU's binary form (top bit set) for what does not fit. */
function numberAt(block: Buffer, start: number, end: number): number | undefined {
  if (((block[start] ?? 0) & 0x80) !== 0) {
    const value = block.subarray(start, end).reduce((sum, byte, at) => sum * 256 + (at === 0 ? byte & 0x7f : byte), 0);
    return Number.isSafeInteger(value) ? value : undefined;
  }
  const digits = textAt(block, start, end).trim();
  if (digits === '') return 0;
  return /^[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : undefined;
}

/** Sum of all bytes, the checksum's own taken as blanks. */
function checksumOf(block: Buffer): number {
  return block.reduce((sum, byte, at) => sum + (at >= CHECKSUM.start && at < CHECKSUM.end ? 0x20 : byte), 0);
}
