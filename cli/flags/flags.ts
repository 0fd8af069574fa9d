/** Flags of a command as data: parsing, help, completion and the types of their values all come from one table. */

interface Common {
  readonly help: string;
  /** One letter. */
  readonly short?: string;
}

/** `--wait`, `--wait=false`; a value only ever follows `=`. */
export interface BooleanFlag extends Common {
  readonly type: 'boolean';
  readonly default?: boolean;
}

export interface TextFlag extends Common {
  readonly type: 'text';
  /** Stands for the value in help: `NAME`. */
  readonly value: string;
  readonly default?: string;
  readonly choices?: readonly string[];
  /** Value of the flag given without `=value`; a flag that has it never takes the next argument. */
  readonly bare?: string;
}

/** May be given several times. */
export interface TextsFlag extends Common {
  readonly type: 'texts';
  readonly value: string;
  /** `a,b` is two values. */
  readonly commas?: true;
}

export interface IntegerFlag extends Common {
  readonly type: 'integer';
  readonly value: string;
  readonly default?: number;
}

/** `30s`, `5m`, `1h30m`; a bare number is seconds. The value is in milliseconds. */
export interface DurationFlag extends Common {
  readonly type: 'duration';
  readonly value: string;
  readonly default?: number;
}

export type Flag = BooleanFlag | TextFlag | TextsFlag | IntegerFlag | DurationFlag;

/** By long name. */
export type Flags = Readonly<Record<string, Flag>>;

type Defaulted<F, T> = F extends { readonly default: T } ? T : T | undefined;

/** What a flag is to the command that reads it. */
export type FlagValue<F extends Flag> = F extends BooleanFlag
  ? boolean
  : F extends TextsFlag
    ? readonly string[]
    : F extends TextFlag
      ? Defaulted<F, string>
      : Defaulted<F, number>;

export type FlagValues<F extends Flags> = { readonly [K in keyof F]: FlagValue<F[K]> };
