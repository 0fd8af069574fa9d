/** The program that compares: the only one that the command line starts. No shell reads what it is called with. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { CommandError } from '../../errors.ts';
import { note, print, type Io } from '../../io.ts';

/** kubectl lets no other words be flags. */
const FLAG = /^[a-zA-Z0-9-=]+$/;
/** After a Ctrl-C, for a program that puts the terminal in order. The process ends itself a little later. */
const GRACE_MS = 200;
/** Ends that are nobody's fault, as a shell shows them: whoever read its output has gone; Ctrl-C reached it before us. */
const QUIET_ENDS: Readonly<Partial<Record<NodeJS.Signals, number>>> = { SIGPIPE: 141, SIGINT: 130 };

/**
 * `KUBECTL_EXTERNAL_DIFF`, else `diff -u -N`. Flags of a program of the user's come last, as kubectl has it; words that are none
 * are left out, with a warning.
 */
function diffProgram(io: Io, directories: readonly string[]): readonly [name: string, args: readonly string[]] {
  const words = (io.env['KUBECTL_EXTERNAL_DIFF'] ?? '').split(' ').filter((word) => word !== '');
  const [name, ...rest] = words;
  if (name === undefined) return ['diff', ['-u', '-N', ...directories]];
  for (const word of rest.filter((one) => !FLAG.test(one)))
    note(
      io,
      `Warning: KUBECTL_EXTERNAL_DIFF: "${word}" is left out: flags have letters, digits, dashes and equals signs only`,
    );
  return [name, [...directories, ...rest.filter((word) => FLAG.test(word))]];
}

/**
 * Compares two directories, and passes on what the program says. Resolves with its exit code where that is 0 (same) or 1
 * (different), with more where nobody wants to see more, and rejects with CommandError for all others. Ends it on Ctrl-C.
 */
export async function runDiffProgram(io: Io, live: string, merged: string): Promise<number> {
  const [name, args] = diffProgram(io, [live, merged]);
  const { fd } = io.stdout;
  io.signal.throwIfAborted();
  // with a terminal of its own it can use colours
  const child = spawn(name, args, {
    cwd: io.cwd,
    env: { ...io.env },
    stdio: ['ignore', fd ?? 'pipe', 'pipe'],
  });
  const closed = once(child, 'close') as Promise<[code: number | null, signal: NodeJS.Signals | null]>;
  const interrupt = async (): Promise<void> => {
    child.kill('SIGTERM');
    await Promise.race([once(child, 'exit'), sleep(GRACE_MS, undefined, { ref: false })]);
    child.kill('SIGKILL');
    // whatever it has started itself may hold them open
    child.stdout?.destroy();
    child.stderr?.destroy();
  };
  const onAbort = (): void => void interrupt();
  io.signal.addEventListener('abort', onAbort, { once: true });
  try {
    const [[code, signal]] = await Promise.all([
      closed,
      passOn(child.stdout, io.stdout),
      passOn(child.stderr, io.stderr),
    ]);
    io.signal.throwIfAborted();
    if (code === 0 || code === 1) return code;
    const quiet = signal === null ? undefined : QUIET_ENDS[signal];
    if (quiet !== undefined) return quiet;
    const end = code === null ? `signal ${String(signal)}` : `exit status ${String(code)}`;
    throw new CommandError(`failed to run "${name}": ${end}`);
  } catch (error) {
    throw notThere(error, name) ?? error;
  } finally {
    io.signal.removeEventListener('abort', onAbort);
  }
}

async function passOn(from: AsyncIterable<Uint8Array> | null, to: Io['stdout']): Promise<void> {
  for await (const chunk of from ?? []) await print(to, chunk);
}

function notThere(error: unknown, name: string): CommandError | undefined {
  const { code, message, syscall = '' } = error as NodeJS.ErrnoException;
  if (!syscall.startsWith('spawn')) return undefined;
  const why =
    code === 'ENOENT' ? 'it is not in $PATH; install it, or name another program in KUBECTL_EXTERNAL_DIFF' : message;
  return new CommandError(`failed to run "${name}": ${why}`, { cause: error });
}
