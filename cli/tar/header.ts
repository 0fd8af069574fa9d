/**
 * The 512 bytes before each entry of a tar archive: POSIX ustar with what GNU tar adds (sizes beyond 8 GiB, long names), which busybox
 * reads, too. Numbers are octal text.
 */
export const BLOCK = 512;

/** `x` and `g` are pax records, `L` and `K` GNU's long name and long link of the entry that follows. */
export type EntryType = 'file' | 'hardlink' | 'symlink' | 'directory' | 'pax' | 'longName' | 'longLink' | 'other';

export interface Header {
  readonly name: string;
  readonly type: EntryType;
  /** Permission bits. */
  readonly mode: number;
  /** Bytes that follow, padded to whole blocks. */
  readonly size: number;
  /** Seconds since the epoch. */
  readonly mtime: number;
  /** Where a link leads. */
  readonly link: string;
}

const FLAGS: Readonly<Record<string, EntryType>> = {
  '0': 'file',
  '\0': 'file',
  '7': 'file',
  '1': 'hardlink',
  '2': 'symlink',
  '5': 'directory',
  x: 'pax',
  L: 'longName',
  K: 'longLink',
};

const LETTERS: Readonly<Partial<Record<EntryType, string>>> = {
  file: '0',
  hardlink: '1',
  symlink: '2',
  directory: '5',
  longName: 'L',
  longLink: 'K',
};

const NAME_BYTES = 100;
const OCTAL_SIZE_LIMIT = 8 ** 11;

/** The blocks of a header; names that are too long for it get entries of their own before it. */
export function encodeHeader(header: Header): Buffer {
  return Buffer.concat([
    ...longEntry('longName', header.name),
    ...longEntry('longLink', header.link),
    encodeBlock(header),
  ]);
}

function longEntry(type: 'longName' | 'longLink', text: string): readonly Buffer[] {
  const bytes = Buffer.from(`${text}\0`);
  if (bytes.length - 1 <= NAME_BYTES) return [];
  const header = encodeBlock({ name: '././@LongLink', type, mode: 0, size: bytes.length, mtime: 0, link: '' });
  return [header, bytes, Buffer.alloc(padding(bytes.length))];
}

function encodeBlock({ name, type, mode, size, mtime, link }: Header): Buffer {
  const block = Buffer.alloc(BLOCK);
  block.set(Buffer.from(name).subarray(0, NAME_BYTES), 0);
  writeOctal(block, mode, 100, 8);
  writeOctal(block, 0, 108, 8);
  writeOctal(block, 0, 116, 8);
  writeSize(block, size);
  writeOctal(block, Math.max(0, Math.floor(mtime)), 136, 12);
  block.write(LETTERS[type] ?? '0', 156, 'latin1');
  block.set(Buffer.from(link).subarray(0, NAME_BYTES), 157);
  block.write('ustar  \0', 257, 'latin1');
  block.write(`${checksum(block).toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return block;
}

/** Undefined for a block of zeros, which ends an archive. Throws for what is no header. */
export function decodeHeader(block: Buffer): Header | undefined {
  if (block.every((byte) => byte === 0)) return undefined;
  const written = readNumber(block, 148, 8);
  if (written !== checksum(block)) throw new Error('this is no tar archive, or it is damaged');
  const name = textAt(block, 0, NAME_BYTES);
  const prefix = block.toString('latin1', 257, 263) === 'ustar\0' ? textAt(block, 345, 155) : '';
  return {
    name: prefix === '' ? name : `${prefix}/${name}`,
    type: FLAGS[block.toString('latin1', 156, 157)] ?? 'other',
    mode: readNumber(block, 100, 8) & 0o777,
    size: readNumber(block, 124, 12),
    mtime: readNumber(block, 136, 12),
    link: textAt(block, 157, NAME_BYTES),
  };
}

/** Bytes between the end of `size` bytes and the next block. */
export const padding = (size: number): number => (BLOCK - (size % BLOCK)) % BLOCK;

/** Of all bytes of the block, with spaces in place of the sum itself. */
function checksum(block: Buffer): number {
  let sum = 0;
  for (const [at, byte] of block.entries()) sum += at >= 148 && at < 156 ? 32 : byte;
  return sum;
}

function writeOctal(block: Buffer, value: number, at: number, length: number): void {
  block.write(`${value.toString(8).padStart(length - 1, '0')}\0`, at, 'latin1');
}

/** GNU's form for large numbers: the highest bit, then the number itself. */
function writeSize(block: Buffer, size: number): void {
  if (size < OCTAL_SIZE_LIMIT) return writeOctal(block, size, 124, 12);
  block.writeUInt8(0x80, 124);
  block.writeBigUInt64BE(BigInt(size), 128);
}

function readNumber(block: Buffer, at: number, length: number): number {
  if ((block[at] ?? 0) & 0x80) return Number(block.readBigUInt64BE(at + length - 8));
  const text = textAt(block, at, length).trim();
  return text === '' ? 0 : Number.parseInt(text, 8);
}

function textAt(block: Buffer, at: number, length: number): string {
  const field = block.subarray(at, at + length);
  const end = field.indexOf(0);
  return field.toString('utf8', 0, end < 0 ? length : end);
}
