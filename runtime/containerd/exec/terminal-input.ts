import type { Input } from './input.ts';

/** What a terminal's driver takes for the end of the input when a line begins; in the middle of one it only hands over what is there. */
const END_OF_TRANSMISSION = 4;
const NEWLINE = 10;
const RETURN = 13;

/** The input of a terminal. Closing the pipe would hang up on the process (the shim ends the terminal with it): its end is typed. */
export function createTerminalInput(input: Input): Pick<Input, 'write' | 'end'> {
  let atLineStart = true;
  return {
    async write(bytes) {
      const last = bytes.at(-1);
      if (last !== undefined) atLineStart = [NEWLINE, RETURN, END_OF_TRANSMISSION].includes(last);
      await input.write(bytes);
    },
    async end() {
      await input.write(new Uint8Array(atLineStart ? 1 : 2).fill(END_OF_TRANSMISSION));
      atLineStart = true;
    },
  };
}
