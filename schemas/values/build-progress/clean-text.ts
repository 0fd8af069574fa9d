/** Output of programs as lines that do nothing to a terminal but stand there. */
import type { ProgressEntryOf } from './entry.ts';

/** Sequences that begin with ESC, or its eight-bit forms: colours, cursor, titles, and what is cut off. */
const SEQUENCES = new RegExp(
  [
    String.raw`(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]?`,
    String.raw`\u001b[\]PX^_][^\u0007\u001b\u009c]*(?:\u0007|\u001b\\|\u009c)?`,
    String.raw`\u001b[ -/]*[0-~]?`,
  ].join('|'),
  'g',
);
const COLOUR = new RegExp(String.raw`^\u001b\[[0-9;:]*m$`);
/** Stands for the ESC of a colour while all others go; a sign that nobody has a meaning for. */
const HELD_ESCAPE = '\ue000';
const RESET = '\u001b[0m';
/** Controls but the tab, and what turns the direction of a line. */
const CONTROLS = /[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu;
const TAB = 8;

/** One line of output as it is seen once it is written: what a carriage return wrote over is gone. Colours stay where they are asked for. */
export function cleanLine(line: string, { colours }: { readonly colours: boolean }): string {
  const seen = line.includes('\r') ? lastWritten(line) : line;
  // most lines are just text
  if (/^[ -~]*$/.test(seen)) return seen;
  let coloured = false;
  const kept = seen.replaceAll(HELD_ESCAPE, '').replace(SEQUENCES, (sequence) => {
    if (!colours || !COLOUR.test(sequence)) return '';
    coloured = true;
    return sequence.replace('\u001b', HELD_ESCAPE);
  });
  const plain = kept.replace(CONTROLS, (sign) => (sign === '\t' ? sign : ''));
  return coloured ? `${plain.replaceAll(HELD_ESCAPE, '\u001b')}${RESET}` : plain;
}

const lastWritten = (line: string): string => line.split('\r').findLast((part) => part !== '') ?? '';

/** Tabs as spaces, so that a width can be counted. */
export function expandTabs(line: string): string {
  if (!line.includes('\t')) return line;
  let column = 0;
  return line.replaceAll(/\t|[^\t]+/g, (part) => {
    const text = part === '\t' ? ' '.repeat(TAB - (column % TAB)) : part;
    column += text.length;
    return text;
  });
}

/** A name in one line: a here-document has several. */
export const oneLine = (text: string): string => cleanLine(text.replaceAll(/\s+/g, ' ').trim(), { colours: false });

/** A line is no longer than this; what is longer comes in pieces. Characters. */
const LONGEST_LINE = 16 * 1024;

/** Makes lines of the output of one step, whose two streams, and signs of several bytes, may be cut anywhere. */
export class OutputLines {
  readonly #streams = { stdout: new StreamLines(), stderr: new StreamLines() };

  push({ stream, data }: Pick<ProgressEntryOf<'log'>, 'stream' | 'data'>): readonly string[] {
    return this.#streams[stream].push(data);
  }

  /** What stands there without an end of its line. */
  flush(): readonly string[] {
    return [...this.#streams.stdout.flush(), ...this.#streams.stderr.flush()];
  }
}

class StreamLines {
  #decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  #waiting = '';

  push(data: Uint8Array): readonly string[] {
    const parts = (this.#waiting + this.#decoder.decode(data, { stream: true })).split('\n');
    this.#waiting = parts.pop() ?? '';
    // a bar that is drawn again and again in one line
    const again = this.#waiting.lastIndexOf('\r', this.#waiting.length - 2);
    if (again > 0) this.#waiting = this.#waiting.slice(again);
    const lines = parts.flatMap(pieces);
    if (this.#waiting.length <= LONGEST_LINE) return lines;
    const more = pieces(this.#waiting);
    this.#waiting = more.pop() ?? '';
    return [...lines, ...more];
  }

  flush(): readonly string[] {
    const rest = this.#waiting + this.#decoder.decode();
    this.#waiting = '';
    return rest === '' ? [] : [rest];
  }
}

function pieces(line: string): string[] {
  if (line.length <= LONGEST_LINE) return [line];
  return Array.from({ length: Math.ceil(line.length / LONGEST_LINE) }, (_, at) =>
    line.slice(at * LONGEST_LINE, (at + 1) * LONGEST_LINE),
  );
}
