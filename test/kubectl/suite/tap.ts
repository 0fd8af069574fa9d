/** Results in the Test Anything Protocol, version 14. */
import type { Result } from './run-case.ts';

export const tapHeader = (count: number): string => `TAP version 14\n1..${count}\n`;

/** One test point, with its diagnosis when it failed. */
export function tapLine(number: number, title: string, result: Result): string {
  const name = title.replace(/[\\#]/g, '\\$&');
  switch (result.outcome) {
    case 'passed':
      return `ok ${number} - ${name}\n${block(`duration_ms: ${result.ms}`)}`;
    case 'skipped':
      return `ok ${number} - ${name} # SKIP ${result.why}\n`;
    case 'failed':
      return `not ok ${number} - ${name}\n${block(`duration_ms: ${result.ms}`, 'message: |', ...indented(result.why))}`;
  }
}

const block = (...lines: readonly string[]): string =>
  ['---', ...lines, '...'].map((line) => `  ${line}`.trimEnd() + '\n').join('');

/** Control characters other than tabs have no place in a YAML literal. */
const indented = (text: string): string[] =>
  // eslint-disable-next-line no-control-regex
  text.split('\n').map((line) => `  ${line.replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, '?')}`);
