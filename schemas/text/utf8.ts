import { isUtf8 } from 'node:buffer';
import { LineIndex, TextError } from './text-error.ts';

const BOM = '\uFEFF';

/**
 * The text of some bytes. A byte order mark is dropped; bytes that are not UTF-8, and other encodings, are refused with
 * the place of the first bad byte.
 */
export function decodeUtf8(input: Uint8Array | string, file?: string): string {
  if (typeof input === 'string') return input.startsWith(BOM) ? input.slice(1) : input;
  const buffer = Buffer.from(input.buffer, input.byteOffset, input.byteLength);
  if (!isUtf8(buffer)) throw notUtf8(buffer, file);
  return buffer[0] === 0xef && buffer[1] === 0xbb && buffer[2] === 0xbf
    ? buffer.toString('utf8', 3)
    : buffer.toString('utf8');
}

function notUtf8(buffer: Buffer, file: string | undefined): TextError {
  const [first = 0, second = 0] = buffer;
  if (first + second === 0xfe + 0xff && Math.abs(first - second) === 1) {
    return new TextError('the text is UTF-16; save it as UTF-8', { file });
  }
  // The longest valid beginning, by bisection: a cut character at its end makes it at most three bytes too short.
  let good = 0;
  let bad = buffer.length;
  while (bad - good > 1) {
    const middle = Math.floor((good + bad) / 2);
    if (isUtf8(buffer.subarray(0, backToBorder(buffer, middle)))) good = middle;
    else bad = middle;
  }
  const before = buffer.toString('utf8', 0, backToBorder(buffer, good));
  const byte = buffer[before === '' ? 0 : Buffer.byteLength(before)] ?? 0;
  return new TextError(`the text is not UTF-8 (byte 0x${byte.toString(16).padStart(2, '0')})`, {
    file,
    position: new LineIndex(before).at(before.length),
  });
}

/** The start of the character that `end` would cut. */
function backToBorder(buffer: Buffer, end: number): number {
  let border = end;
  while (border > 0 && end - border < 3 && ((buffer[border] ?? 0) & 0xc0) === 0x80) border -= 1;
  return border;
}
