import type { TaskState } from '../ports/containers.ts';
import type { FakeClock, FakeTimers } from './options.ts';
import type { FakeProgram } from './programs.ts';

const SIGKILL = 9;
/** Signals whose default action is nothing: SIGCHLD, SIGCONT, SIGURG, SIGWINCH. */
const HARMLESS: ReadonlySet<number> = new Set([17, 18, 23, 28]);

export interface FakeTaskOptions {
  readonly pid: number;
  readonly program: FakeProgram;
  readonly clock: FakeClock;
  readonly timers: FakeTimers;
  readonly print: (stream: 'stdout' | 'stderr', text: string) => void;
  readonly onExit: (task: FakeTask) => void;
}

/** One process of a fake instance: plays its program and ends once. */
export class FakeTask {
  readonly pid: number;
  oomKills = 0;
  #exit: { readonly code: number; readonly at: string } | undefined;
  #timer: Disposable | undefined;
  #step = 0;
  readonly #options: FakeTaskOptions;

  constructor(options: FakeTaskOptions) {
    this.pid = options.pid;
    this.#options = options;
    this.#timer = options.timers.after(0, () => this.#play());
  }

  get running(): boolean {
    return this.#exit === undefined;
  }

  get state(): TaskState {
    if (this.#exit === undefined) return { status: 'running', pid: this.pid };
    return { status: 'stopped', pid: this.pid, exitCode: this.#exit.code, exitedAt: this.#exit.at };
  }

  signal(signal: number): void {
    if (signal === 0 || HARMLESS.has(signal)) return;
    if (signal !== SIGKILL && (this.#options.program.ignores ?? []).includes(signal)) return;
    this.exit(128 + signal);
  }

  /** Ends the process; nothing when it has ended. */
  exit(code: number): void {
    if (this.#exit !== undefined) return;
    this.#timer?.[Symbol.dispose]();
    const at = new Date(this.#options.clock.now()).toISOString().replace('Z', '000000Z');
    this.#exit = { code, at };
    this.#options.onExit(this);
  }

  #play(): void {
    const { program, print, timers } = this.#options;
    for (;;) {
      const step = program.steps[this.#step++];
      if (step === undefined) {
        this.exit(program.exitCode ?? 0);
        return;
      }
      if (step.type === 'print') {
        print(step.stream, step.text);
        continue;
      }
      if (step.milliseconds !== undefined) this.#timer = timers.after(step.milliseconds, () => this.#play());
      return;
    }
  }
}
