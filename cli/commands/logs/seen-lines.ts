const SPACE = 0x20;
const NANOS = 9;

/**
 * Which lines of a log were seen already. Times never go back within a log, but several lines may have the same one, and
 * a server may count in whole seconds when it is asked for lines since a time: so lines of the last time are counted.
 */
export class SeenLines {
  /** Time of the last line seen, in a form that sorts as text. */
  #last = '';
  /** Lines seen that have it. */
  #count = 0;
  /** After a reconnection: lines with the last time that came again. */
  #again: number | undefined;

  /** Takes a line `<RFC 3339 time> <text>` into account. */
  look(line: Buffer): { readonly isNew: boolean; readonly text: Buffer } {
    const end = line.indexOf(SPACE);
    const time = end < 0 ? undefined : sortable(line.toString('latin1', 0, end));
    if (time === undefined) return { isNew: true, text: line };
    const text = line.subarray(end + 1);
    if (time < this.#last) return { isNew: this.#again === undefined, text };
    if (time === this.#last) {
      if (this.#again !== undefined && this.#again < this.#count) {
        this.#again += 1;
        return { isNew: false, text };
      }
      this.#count += 1;
      if (this.#again !== undefined) this.#again += 1;
      return { isNew: true, text };
    }
    this.#last = time;
    this.#count = 1;
    this.#again = undefined;
    return { isNew: true, text };
  }

  /** The lines from here on come a second time. */
  reconnect(): void {
    if (this.#last !== '') this.#again = 0;
  }

  /** The whole second of the last line, to ask for what came since; undefined before the first. */
  resumeAt(): string | undefined {
    return this.#last === '' ? undefined : `${this.#last.slice(0, 19)}Z`;
  }
}

/** A UTC time with all nine digits behind the second; undefined when it is none. */
function sortable(text: string): string | undefined {
  const match = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?Z$/.exec(text);
  return match ? `${match[1] ?? ''}.${(match[2] ?? '').padEnd(NANOS, '0')}` : undefined;
}
