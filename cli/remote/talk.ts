import type { RemoteCommand } from '../../client/remote/remote-command.ts';
import { print, type Input, type Io, type TextOutput } from '../io.ts';

export interface TalkOptions {
  /** Our input is the process' input. */
  readonly stdin: boolean;
  /** Our terminal is the process' terminal. */
  readonly tty: boolean;
}

/** Ties our streams to those of a process until it ends. Resolves with its exit code when all its output is written. */
export async function talk(command: RemoteCommand, io: Io, { stdin, tty }: TalkOptions): Promise<number> {
  await using _command = command;
  using _raw = tty ? rawMode(io.stdin) : undefined;
  using _size = tty ? followSize(command, io.stdout) : undefined;
  // Ends by itself, or with the process; what fails here shows there.
  if (stdin) void feed(command, io.stdin).catch(() => undefined);
  try {
    await Promise.all([copy(command.stdout, io.stdout), copy(command.stderr, io.stderr)]);
    return (await command.exited).exitCode;
  } finally {
    if (stdin) io.stdin.destroy?.();
  }
}

async function feed(command: RemoteCommand, input: Input): Promise<void> {
  for await (const chunk of input) await command.write(chunk);
  await command.closeInput();
}

/** Writes all of it, no faster than it is taken. */
export async function copy(chunks: AsyncIterable<Uint8Array>, output: TextOutput): Promise<void> {
  for await (const chunk of chunks) await print(output, chunk);
}

/** Keys go to the process as they are: its terminal shows them, and makes of Ctrl-C what it makes of it. */
function rawMode(input: Input): Disposable {
  input.setRawMode?.(true);
  return { [Symbol.dispose]: () => void input.setRawMode?.(false) };
}

function followSize(command: RemoteCommand, output: TextOutput): Disposable {
  const tell = (): void => {
    const { columns, rows } = output;
    if (columns !== undefined && rows !== undefined) void command.resize({ columns, rows }).catch(() => undefined);
  };
  tell();
  output.on('resize', tell);
  return { [Symbol.dispose]: () => void output.off('resize', tell) };
}
