import { note, type EndSignal, type Io } from '../io.ts';

const CODES: Readonly<Record<EndSignal, number>> = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 };

/** Signals that would end the job: the first ends its present work in order, and each is handed on to the command while that runs. */
export interface EndSignals extends Disposable {
  /** Aborts with the first. */
  readonly signal: AbortSignal;
  /** What a shell shows for it; undefined: none has come. */
  readonly exitCode: number | undefined;
  /** Who gets them from now on; undefined: nobody. */
  handOn(target: ((signal: EndSignal) => void) | undefined): void;
}

/** `leave`: called for one that comes after the first while nobody gets them: somebody wants us gone, however. */
export function takeEndSignals(io: Io, leave: (exitCode: number) => void): EndSignals {
  const first = new AbortController();
  let exitCode: number | undefined;
  let target: ((signal: EndSignal) => void) | undefined;
  const taken = io.onEndSignal?.((signal) => {
    const isSecond = exitCode !== undefined;
    exitCode ??= CODES[signal];
    if (target !== undefined) target(signal);
    else if (isSecond) leave(exitCode);
    else note(io, `tsmoby ci: ${signal}: everything is taken away; once more leaves that to the daemon`);
    first.abort(new Error(`ended by ${signal}`));
  });
  return {
    signal: first.signal,
    get exitCode() {
      return exitCode;
    },
    handOn: (next) => (target = next),
    [Symbol.dispose]: () => taken?.[Symbol.dispose](),
  };
}
