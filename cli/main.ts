/** The program `tsmoby`: the process as a command sees it, and its exit code. */
import { homedir } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EndSignal, Io } from './io.ts';
import { runCommandLine } from './run.ts';

/** As for a program that SIGPIPE ended. */
const BROKEN_PIPE = 141;

/** Signals that end a command in its own, orderly way, with the exit code that a shell shows for each. */
const ENDS: Readonly<Record<EndSignal, number>> = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 };

const interrupted = new AbortController();
/** Of a command that wants the first Ctrl-C for itself. */
const interrupts = new Set<() => void>();
/** Of a command that wants all signals for itself. */
const takers = new Set<(signal: EndSignal) => void>();

const io: Io = {
  stdout: process.stdout,
  stderr: process.stderr,
  stdin: process.stdin,
  env: process.env,
  cwd: process.cwd(),
  uid: process.geteuid?.() ?? 0,
  home: homedir(),
  now: () => Date.now(),
  sleep: (milliseconds, signal) => sleep(milliseconds, undefined, { signal }),
  signal: interrupted.signal,
  onEndSignal(handle) {
    takers.add(handle);
    return { [Symbol.dispose]: () => void takers.delete(handle) };
  },
  onInterrupt(handle) {
    interrupts.add(handle);
    return { [Symbol.dispose]: () => void interrupts.delete(handle) };
  },
};

/** The daemon stops in its own, orderly way, and does not end because nobody can read what it says. */
const isDaemon = process.argv[2] === 'daemon';

for (const output of [process.stdout, process.stderr]) {
  output.on('error', (error: NodeJS.ErrnoException) => {
    if (isDaemon) return;
    // whoever read us (`head`, `less`) has seen enough
    if (error.code === 'EPIPE') process.exit(BROKEN_PIPE);
    if (output === process.stdout) process.stderr.write(`error: cannot write the output: ${error.message}\n`);
    process.exit(1);
  });
}
let endedWith: number | undefined;
for (const [signal, code] of Object.entries(isDaemon ? {} : ENDS) as readonly [EndSignal, number][]) {
  const onSignal = (): void => {
    if (takers.size > 0) {
      for (const handle of takers) handle(signal);
      return;
    }
    if (signal === 'SIGINT' && interrupts.size > 0) {
      const handles = [...interrupts];
      interrupts.clear();
      for (const handle of handles) handle();
      return;
    }
    // one more ends it at once
    process.removeListener(signal, onSignal);
    endedWith ??= code;
    interrupted.abort();
    // whatever still hangs must not keep the terminal
    setTimeout(() => process.exit(code), 500).unref();
  };
  process.on(signal, onSignal);
}

const code = await runCommandLine(process.argv.slice(2), io);
process.exitCode = endedWith ?? code;
