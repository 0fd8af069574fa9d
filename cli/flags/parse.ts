import { parseDuration } from '../../schemas/values/duration.ts';
import { nearestName } from '../../schemas/values/suggestion.ts';
import { UsageError } from '../errors.ts';
import type { Flag, Flags, FlagValues } from './flags.ts';

export interface ParsedLine<F extends Flags> {
  readonly flags: FlagValues<F>;
  readonly args: readonly string[];
  /** Long names of those that were given. */
  readonly given: ReadonlySet<string>;
  /** What stands behind `--`; also the end of `args`. */
  readonly rest: readonly string[];
}

type Value = string | number | boolean | readonly string[] | undefined;

/** Reads a command line as kubectl's flag library does: flags and arguments in any order, until `--`. Throws UsageError. */
export function parseFlags<F extends Flags>(line: readonly string[], flags: F): ParsedLine<F> {
  const parser = new Parser(line, flags);
  parser.run();
  const values: Record<string, Value> = {};
  for (const [name, flag] of Object.entries(flags)) values[name] = parser.values.get(name) ?? defaultOf(flag);
  return {
    flags: values as FlagValues<F>,
    args: [...parser.args, ...parser.rest],
    given: new Set(parser.values.keys()),
    rest: parser.rest,
  };
}

function defaultOf(flag: Flag): Value {
  if (flag.type === 'texts') return [];
  return flag.type === 'boolean' ? (flag.default ?? false) : flag.default;
}

class Parser {
  readonly args: string[] = [];
  readonly values = new Map<string, Value>();
  rest: readonly string[] = [];
  readonly #line: readonly string[];
  readonly #flags: Flags;
  #at = 0;

  constructor(line: readonly string[], flags: Flags) {
    this.#line = line;
    this.#flags = flags;
  }

  run(): void {
    while (this.#at < this.#line.length) {
      const word = this.#line[this.#at++] ?? '';
      if (word === '--') {
        this.rest = this.#line.slice(this.#at);
        return;
      }
      if (word.startsWith('--')) this.#long(word);
      else if (word.startsWith('-') && word !== '-') this.#shorts(word.slice(1));
      else this.args.push(word);
    }
  }

  #long(word: string): void {
    const [name, given] = split(word.slice(2));
    const flag = Object.hasOwn(this.#flags, name) ? this.#flags[name] : undefined;
    if (flag === undefined) {
      const near = nearestName(name, Object.keys(this.#flags));
      throw new UsageError(`unknown flag: --${name}${near === undefined ? '' : ` (did you mean --${near}?)`}`);
    }
    this.#set(name, flag, given ?? this.#bare(flag) ?? this.#next(`--${name}`));
  }

  /** `-Aw`, `-nweb`, `-n=web`, `-n web`. */
  #shorts(letters: string): void {
    for (let at = 0; at < letters.length; at += 1) {
      const letter = letters[at] ?? '';
      const entry = Object.entries(this.#flags).find(([, flag]) => flag.short === letter);
      if (entry === undefined) throw new UsageError(`unknown shorthand flag: '${letter}' in -${letters}`);
      const [name, flag] = entry;
      const behind = letters.slice(at + 1);
      const bare = this.#bare(flag);
      if (bare !== undefined && !behind.startsWith('=')) {
        this.#set(name, flag, bare);
        continue;
      }
      this.#set(name, flag, behind === '' ? this.#next(`'${letter}' in -${letters}`) : behind.replace(/^=/, ''));
      return;
    }
  }

  #bare(flag: Flag): string | undefined {
    if (flag.type === 'boolean') return 'true';
    return flag.type === 'text' ? flag.bare : undefined;
  }

  #next(shown: string): string {
    const next = this.#line[this.#at++];
    if (next === undefined) throw new UsageError(`flag needs an argument: ${shown}`);
    return next;
  }

  #set(name: string, flag: Flag, text: string): void {
    if (flag.type === 'texts') {
      const before = (this.values.get(name) ?? []) as readonly string[];
      this.values.set(name, [...before, ...(flag.commas ? text.split(',') : [text])]);
      return;
    }
    const wrong = (why: string): never => {
      throw new UsageError(`invalid argument ${JSON.stringify(text)} for "${shownFlag(name, flag)}" flag: ${why}`);
    };
    this.values.set(name, readValue(flag, text, wrong));
  }
}

const shownFlag = (name: string, { short }: Flag): string =>
  short === undefined ? `--${name}` : `-${short}, --${name}`;

function split(text: string): readonly [name: string, value: string | undefined] {
  const at = text.indexOf('=');
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

function readValue(flag: Exclude<Flag, { type: 'texts' }>, text: string, wrong: (why: string) => never): Value {
  switch (flag.type) {
    case 'boolean':
      if (/^(1|t|true)$/i.test(text)) return true;
      return /^(0|f|false)$/i.test(text) ? false : wrong('must be true or false');
    case 'integer':
      return /^[+-]?\d{1,15}$/.test(text) ? Number(text) : wrong('must be a whole number');
    case 'duration':
      return readDuration(text, wrong);
    case 'text':
      if (flag.choices === undefined || flag.choices.includes(text)) return text;
      return wrong(`must be one of ${flag.choices.map((choice) => JSON.stringify(choice)).join(', ')}`);
  }
}

function readDuration(text: string, wrong: (why: string) => never): number {
  if (/^-?\d{1,12}$/.test(text)) return Number(text) * 1000;
  try {
    return parseDuration(text);
  } catch (error) {
    return wrong(error instanceof Error ? error.message : String(error));
  }
}
