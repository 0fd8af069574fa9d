import type { ExecProcess, ExecRequest } from '../ports/containers.ts';
import { FakeOutput } from './output.ts';
import { FakeTask, type FakeTaskOptions } from './task.ts';

const SIGKILL = 9;

export interface FakeExecOptions extends Omit<FakeTaskOptions, 'print' | 'onExit'> {
  readonly request: ExecRequest;
  /** It has ended. */
  readonly onGone: () => void;
}

/** A further process of a fake instance: plays its program, and copies its input where the program does. */
export class FakeExec implements ExecProcess {
  readonly stdout = new FakeOutput();
  readonly stderr = new FakeOutput();
  readonly exited: Promise<{ readonly exitCode: number }>;
  readonly #task: FakeTask;
  readonly #options: FakeExecOptions;
  #input: boolean;

  constructor(options: FakeExecOptions) {
    const { promise, resolve } = Promise.withResolvers<{ readonly exitCode: number }>();
    const { request, onGone } = options;
    this.exited = promise;
    this.#options = options;
    this.#input = request.stdin;
    this.#task = new FakeTask({
      ...options,
      print: (stream, text) => this.#outputOf(stream).push(Buffer.from(text)),
      onExit: ({ state }) => {
        for (const output of [this.stdout, this.stderr]) output.end();
        resolve({ exitCode: state.exitCode ?? 0 });
        onGone();
      },
    });
    if (!request.stdin && options.program.copiesInput === true) options.timers.after(0, () => this.#task.exit(0));
  }

  #outputOf(stream: 'stdout' | 'stderr'): FakeOutput {
    return this.#options.request.terminal || stream === 'stdout' ? this.stdout : this.stderr;
  }

  async write(bytes: Uint8Array): Promise<void> {
    if (this.#input && this.#task.running && this.#options.program.copiesInput === true)
      this.stdout.push(bytes.slice());
  }

  async closeInput(): Promise<void> {
    if (this.#input && this.#options.program.copiesInput === true) this.#task.exit(0);
    this.#input = false;
  }

  /** No fake program looks at its terminal. */
  async resize(): Promise<void> {}

  /** Its container has ended. */
  kill(): void {
    this.#task.exit(128 + SIGKILL);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.kill();
    for (const output of [this.stdout, this.stderr]) output.dispose();
  }
}
