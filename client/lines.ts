/** A line longer than this is no watch event: objects are limited to 1.5 MiB, tables and escapes included. */
const MAX_LINE_BYTES = 64 * 1024 * 1024;

const NEWLINE = 0x0a;

/** The lines of a byte stream, without their ends; asks for more bytes only when the reader asks for more lines. */
export async function* linesOf(stream: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let waiting: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stream) {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      const line = Buffer.concat([...waiting, chunk.subarray(start, end)]).toString('utf8');
      waiting = [];
      bytes = 0;
      start = end + 1;
      if (line.trim() !== '') yield line;
    }
    const rest = chunk.subarray(start);
    bytes += rest.length;
    if (bytes > MAX_LINE_BYTES) throw new RangeError(`a line is longer than ${String(MAX_LINE_BYTES)} bytes`);
    if (rest.length > 0) waiting.push(rest);
  }
  const last = Buffer.concat(waiting).toString('utf8');
  if (last.trim() !== '') yield last;
}
