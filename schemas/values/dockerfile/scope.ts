/** The arguments that stand before the first stage, and what they make of a text. */
import { lex } from './lex.ts';
import { splitWords } from './words.ts';

export interface Scope {
  /** Reads the words of an ARG instruction: `NAME`, `NAME=value`. */
  declare(words: string): void;
  /** Undefined when the text breaks the rules. */
  expand(text: string): string | undefined;
}

export interface ScopeOptions {
  /** What has a value without being declared. */
  readonly variables: ReadonlyMap<string, string>;
  /** Wins over what an ARG says, and counts only where one declares it. */
  readonly args: ReadonlyMap<string, string>;
  readonly escape: string;
}

/** Names of images are far shorter. */
const maxValueLength = 4096;

/** For all substitutions of a file: a hundred thousand FROMs with short values, and nothing that doubles for ever. */
const budget = 2_000_000;

export function createScope({ variables, args, escape }: ScopeOptions): Scope {
  const values = new Map(variables);
  const left = { left: budget };
  const expand = (text: string): string | undefined => lex(text, { variables: values, escape, budget: left })?.text;
  const assign = (name: string, value: string | undefined): void => {
    if (value === undefined || value.length > maxValueLength) values.delete(name);
    else values.set(name, value);
  };
  return {
    expand,
    declare(words) {
      for (const word of splitWords(words, escape)) {
        const equals = word.indexOf('=');
        const name = equals < 0 ? word : word.slice(0, equals);
        if (args.has(name)) assign(name, args.get(name));
        else if (equals >= 0) assign(name, expand(word.slice(equals + 1)));
      }
    },
  };
}
