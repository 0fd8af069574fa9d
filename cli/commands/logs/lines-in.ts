const NEWLINE = 0x0a;

/** Lines with their ends, as bytes: a container may write what is no text. What stands behind the last end comes too. */
export async function* linesIn(stream: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let waiting: Buffer[] = [];
  for await (const chunk of stream) {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      const line = chunk.subarray(start, end + 1);
      yield waiting.length === 0 ? line : Buffer.concat([...waiting, line]);
      waiting = [];
      start = end + 1;
    }
    if (start < chunk.length) waiting.push(chunk.subarray(start));
  }
  if (waiting.length > 0) yield Buffer.concat(waiting);
}
