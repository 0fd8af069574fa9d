/** The book as lines for people and for grep. */
import { wrap } from '../../../flags/help.ts';
import { placeOf } from '../compose/node.ts';
import type { Book, Outcome, Remark } from './book.ts';

export type ReportStyle = 'full' | 'brief' | 'none';

const WORDS: Readonly<Record<Outcome, string>> = {
  converted: 'to ',
  approximated: 'about ',
  unsupported: 'not supported: ',
  ignored: 'ignored: ',
};

const INDENT = 4;

/** One line for each key, in the order of the text; on a terminal of so many columns they are wrapped. `brief`: only what is not converted as it is. */
export function reportLines(book: Book, style: ReportStyle, columns: number | undefined): readonly string[] {
  if (style === 'none') return [];
  const wanted = book.remarks.filter(
    ({ outcome }) => style === 'full' || outcome === 'approximated' || outcome === 'unsupported',
  );
  return [...inOrder(wanted).map((remark) => lineOf(remark, columns)), fitted(summary(book), columns)];
}

/** Files in the order in which they came, lines of each as they stand there. */
function inOrder(remarks: readonly Remark[]): readonly Remark[] {
  const files = [...new Set(remarks.map(({ origin }) => origin.source.name))];
  const rank = ({ origin }: Remark): number => files.indexOf(origin.source.name);
  return remarks.toSorted((a, b) => rank(a) - rank(b) || a.origin.position.offset - b.origin.position.offset);
}

function lineOf({ origin, path, outcome, text }: Remark, columns: number | undefined): string {
  return fitted(`${placeOf(origin)}: ${path}: ${WORDS[outcome]}${text}`, columns);
}

/** In as many lines as a terminal of so many columns needs; undefined: it is none. */
export function fitted(line: string, columns: number | undefined): string {
  if (columns === undefined || line.length <= columns) return line;
  const [head = '', ...rest] = wrap(line, columns, 0).split('\n');
  return [head, ...(rest.length === 0 ? [] : [wrap(rest.join(' '), columns, INDENT)])].join('\n');
}

/** `12 keys: 9 converted, 2 about the same, 1 not supported`. */
export function summary(book: Book): string {
  const count = (outcome: Outcome): number => book.remarks.filter((remark) => remark.outcome === outcome).length;
  const parts = [
    `${String(count('converted'))} converted`,
    `${String(count('approximated'))} about the same`,
    `${String(count('unsupported'))} not supported`,
    ...(count('ignored') === 0 ? [] : [`${String(count('ignored'))} ignored`]),
  ];
  return `${String(book.remarks.length)} keys: ${parts.join(', ')}`;
}
