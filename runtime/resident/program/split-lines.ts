/** Takes what comes over a socket apart into lines, in time that does not grow with their length squared. */
export interface LineSplitter {
  /** Lines that are whole with this. Throws RangeError when one is longer than the limit, finished or not. */
  push(text: string): readonly string[];
}

/** `maxLength` in characters. */
export function createLineSplitter(maxLength: number): LineSplitter {
  let begun: string[] = [];
  let length = 0;
  return {
    push(text) {
      const [first = '', ...more] = text.split('\n');
      begun.push(first);
      length += first.length;
      const rest = more.pop();
      const lines = rest === undefined ? [] : [begun.join(''), ...more];
      if (rest !== undefined) [begun, length] = [[rest], rest.length];
      if (length > maxLength || lines.some((line) => line.length > maxLength))
        throw new RangeError(`a line of more than ${maxLength} characters`);
      return lines;
    },
  };
}
