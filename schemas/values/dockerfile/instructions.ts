/** The lines of a Dockerfile as instructions: continued lines joined, comments and heredocs left out. */
import { readDirectives, withoutMark } from './directives.ts';
import { heredocs } from './heredocs.ts';
import { splitFlags } from './words.ts';

export interface Instruction {
  /** Upper case. */
  readonly name: string;
  /** `--from=x` as `from=x`, in order, unquoted. */
  readonly flags: readonly string[];
  /** What follows the flags. */
  readonly rest: string;
}

export interface Instructions {
  /** The character that escapes, and continues lines: \ or `. */
  readonly escape: string;
  readonly instructions: readonly Instruction[];
}

/** Only these may have a heredoc. */
const withHeredoc: ReadonlySet<string> = new Set(['ADD', 'COPY', 'RUN']);

/** Reads a whole file. What is no Dockerfile gives instructions that nobody knows. */
export function readInstructions(text: string): Instructions {
  const lines = withoutMark(text)
    .split('\n')
    .map((line) => withoutReturns(line));
  const directive = readDirectives(lines).get('escape');
  const escape = directive === '`' ? directive : '\\';
  const instructions: Instruction[] = [];
  for (let at = 0; at < lines.length;) {
    const { line, next } = joinLines(lines, at, escape);
    at = next;
    if (line === '') continue;
    const instruction = readInstruction(line, escape);
    instructions.push(instruction);
    if (mayHaveHeredoc(instruction, escape)) at = skipHeredocs(lines, at, line);
  }
  return { escape, instructions };
}

/** One instruction: of a line, or what follows ONBUILD. */
export function readInstruction(line: string, escape: string): Instruction {
  const [name = ''] = /^\S*/.exec(line) ?? [];
  const { flags, rest } = splitFlags(line.slice(name.length), escape);
  return { name: name.toUpperCase(), flags: flags.map((flag) => flag.slice(2)), rest };
}

/** The value of a flag; undefined when it is not there. */
export function flagValue({ flags }: Instruction, name: string): string | undefined {
  return flags.find((flag) => flag.startsWith(`${name}=`))?.slice(name.length + 1);
}

/** The line at `start` with those that continue it. Comments and empty lines in between are no part of it, and do not end it. */
function joinLines(
  lines: readonly string[],
  start: number,
  escape: string,
): { readonly line: string; readonly next: number } {
  const first = (lines[start] ?? '').trimStart();
  if (first.startsWith('#')) return { line: '', next: start + 1 };
  let { text, continued } = withoutContinuation(first, escape);
  const parts = [text];
  let next = start + 1;
  for (; continued && next < lines.length; next++) {
    const line = lines[next] ?? '';
    if (isNothing(line)) continue;
    ({ text, continued } = withoutContinuation(line, escape));
    parts.push(text);
  }
  return { line: parts.join('').trim(), next };
}

function isNothing(line: string): boolean {
  const text = line.trimStart();
  return text === '' || text.startsWith('#');
}

/** An escape character at the end, blanks behind it or not, continues a line; two of them do not. */
function withoutContinuation(line: string, escape: string): { readonly text: string; readonly continued: boolean } {
  let end = line.length;
  while (end > 0 && (line[end - 1] === ' ' || line[end - 1] === '\t')) end--;
  const continued = end > 0 && line[end - 1] === escape && line[end - 2] !== escape;
  return continued ? { text: line.slice(0, end - 1), continued } : { text: line, continued };
}

function withoutReturns(line: string): string {
  let end = line.length;
  while (end > 0 && line[end - 1] === '\r') end--;
  return line.slice(0, end);
}

function mayHaveHeredoc(instruction: Instruction, escape: string): boolean {
  if (!instruction.rest.includes('<<')) return false;
  const { name, rest } = instruction.name === 'ONBUILD' ? readInstruction(instruction.rest, escape) : instruction;
  return withHeredoc.has(name) && !isStringList(rest);
}

/** The JSON form of an instruction, which has no heredoc. */
function isStringList(rest: string): boolean {
  if (!rest.startsWith('[')) return false;
  try {
    const value: unknown = JSON.parse(rest);
    return Array.isArray(value) && value.every((item) => typeof item === 'string');
  } catch {
    return false;
  }
}

function skipHeredocs(lines: readonly string[], start: number, line: string): number {
  let at = start;
  for (const { name, tabs } of heredocs(line)) {
    const ends = (text: string): boolean => (tabs ? text.replace(/^\t+/, '') : text) === name;
    while (at < lines.length && !ends(lines[at] ?? '')) at++;
    at++;
  }
  return at;
}
