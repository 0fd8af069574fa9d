import type { Session } from '../connect/session.ts';
import type { Flags } from '../flags/flags.ts';
import type { ParsedLine } from '../flags/parse.ts';
import type { Io } from '../io.ts';

/** What a command gets to do its work. */
export interface Call<F extends Flags> extends ParsedLine<F> {
  readonly io: Io;
  /** The connection to the server; opened when first asked for, closed behind the command. */
  readonly session: () => Promise<Session>;
}

export interface CommandDefinition<F extends Flags> {
  readonly name: string;
  /** Forms of the arguments, one a line, without program and command. */
  readonly usage: readonly string[];
  readonly description: string;
  /** Lines of shell; `#` lines explain. */
  readonly examples?: readonly string[];
  readonly flags: F;
  /** Exit code of a failure where 1 means something else, perhaps only after some arguments; default 1. */
  readonly failureCode?: number | ((args: readonly string[]) => number);
  /** The exit code. Rejects with UsageError, CommandError or ApiError: `run.ts` prints them. */
  run(call: Call<F>): Promise<number>;
}

/** A command of any flags. */
export type Command = CommandDefinition<Flags>;

/** Ties the types of the flags to what `run` reads. */
export function defineCommand<const F extends Flags>(definition: CommandDefinition<F>): Command {
  return definition;
}
