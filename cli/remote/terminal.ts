import { note, type Io } from '../io.ts';

export interface TerminalFlags {
  readonly stdin: boolean;
  readonly tty: boolean;
  readonly quiet: boolean;
}

/** Whether there is a terminal to give: it takes an input, which is one. kubectl's words and its order. */
export function wantsTerminal({ stdin, tty, quiet }: TerminalFlags, io: Io): boolean {
  if (!stdin || !tty) return false;
  if (io.stdin.isTTY === true) return true;
  if (!quiet) note(io, 'Unable to use a TTY - input is not a terminal or the right kind of file');
  return false;
}
