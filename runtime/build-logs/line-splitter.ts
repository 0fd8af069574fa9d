const NEWLINE = 0x0a;

/** Takes bytes as they come and gives whole lines, without their ends; what has no end yet waits for it. */
export class LineSplitter {
  #waiting: Buffer[] = [];

  *push(chunk: Buffer): Generator<string> {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      const last = chunk.subarray(start, end);
      yield (this.#waiting.length === 0 ? last : Buffer.concat([...this.#waiting, last])).toString('utf8');
      this.#waiting = [];
      start = end + 1;
    }
    // a copy: the buffer is read into again
    if (start < chunk.length) this.#waiting.push(Buffer.from(chunk.subarray(start)));
  }
}
