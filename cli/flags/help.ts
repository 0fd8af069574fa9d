import type { CommandDefinition } from '../commands/command.ts';
import type { Flag, Flags } from './flags.ts';

const WIDEST = 100;
const NARROWEST = 30;
const INDENT = 2;

/** `tsmoby get --help`, for a terminal of so many columns. */
export function commandHelp(command: CommandDefinition<Flags>, columns: number): string {
  const width = Math.max(NARROWEST, Math.min(WIDEST, columns));
  const usage = command.usage.map((form) => `${' '.repeat(INDENT)}tsmoby ${command.name} ${form}`.trimEnd());
  const examples = (command.examples ?? []).map((line) => ' '.repeat(INDENT) + line);
  return [
    wrap(command.description, width, 0),
    `Usage:\n${usage.join('\n')}`,
    ...(examples.length === 0 ? [] : [`Examples:\n${examples.join('\n')}`]),
    `Options:\n${flagsHelp(command.flags, width)}`,
  ]
    .map((section) => `${section}\n`)
    .join('\n');
}

function flagsHelp(flags: Flags, width: number): string {
  const rows = [...Object.entries(flags), ['help', HELP] as const]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, flag]) => [heading(name, flag), flag.help + defaultText(flag)] as const);
  return definitions(rows, width);
}

const HELP: Flag = { type: 'boolean', short: 'h', help: 'Show this help.' };

function heading(name: string, flag: Flag): string {
  const short = flag.short === undefined ? '    ' : `-${flag.short}, `;
  if (flag.type === 'boolean') return `${short}--${name}${flag.default === true ? '=true' : ''}`;
  if (flag.type === 'text' && flag.bare !== undefined) return `${short}--${name}[=${flag.value}]`;
  return `${short}--${name} ${flag.value}`;
}

function defaultText(flag: Flag): string {
  const choices = flag.type === 'text' && flag.choices !== undefined ? ` One of ${flag.choices.join(', ')}.` : '';
  if (flag.type === 'text' && flag.default !== undefined && flag.default !== '')
    return `${choices} Default: ${flag.default}.`;
  if (flag.type === 'integer' && flag.default !== undefined) return `${choices} Default: ${String(flag.default)}.`;
  return choices;
}

/** Terms with their meaning beside them, or below where the terminal is narrow. */
export function definitions(rows: readonly (readonly [term: string, meaning: string])[], width: number): string {
  const terms = Math.max(...rows.map(([term]) => term.length));
  const beside = INDENT + terms + 2;
  const narrow = width - beside < 24;
  return rows
    .map(([term, meaning]) =>
      narrow
        ? `${' '.repeat(INDENT)}${term}\n${wrap(meaning, width, 6)}`
        : ' '.repeat(INDENT) + term.padEnd(terms + 2) + wrap(meaning, width, beside).slice(beside),
    )
    .join('\n');
}

/** Text in lines of at most `width`, each behind `indent` spaces; words are never cut. */
export function wrap(text: string, width: number, indent: number): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && indent + line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line].map((one) => ' '.repeat(indent) + one).join('\n');
}
