import { isRuntimeError } from '../../runtime/errors.ts';
import type { Containers } from '../../runtime/ports/containers.ts';
import type { Clock, Timers } from '../engine/environment.ts';
import { runCommand } from './run-command.ts';

/** How long the command of `onChange` may take. */
const TIMEOUT_MS = 30_000;

export interface Hook {
  /** The instance. */
  readonly id: string;
  readonly command: readonly string[];
  /** It failed; words for people. */
  readonly failed: (message: string) => void;
}

interface Running {
  /** To be run once more, because something changed meanwhile. */
  next: Hook | undefined;
}

/**
 * Commands of `onChange`, beside the passes: one that hangs holds nobody up. The same command of the same container runs one at a
 * time; of changes that come while it runs, one more run sees them all.
 */
export class ChangeHooks {
  readonly #containers: Containers;
  readonly #timers: Timers;
  /** A former daemon's commands had other names. */
  readonly #prefix: string;
  readonly #running = new Map<string, Running>();
  #count = 0;

  constructor(containers: Containers, timers: Timers, clock: Clock) {
    this.#containers = containers;
    this.#timers = timers;
    this.#prefix = `change-${clock.now()}`;
  }

  run(hook: Hook): void {
    const key = JSON.stringify([hook.id, hook.command]);
    const running = this.#running.get(key);
    if (running !== undefined) {
      running.next = hook;
      return;
    }
    const entry: Running = { next: hook };
    this.#running.set(key, entry);
    void this.#runAll(key, entry);
  }

  async #runAll(key: string, entry: Running): Promise<void> {
    for (let hook = entry.next; hook !== undefined; hook = entry.next) {
      entry.next = undefined;
      await this.#runOnce(hook);
    }
    this.#running.delete(key);
  }

  async #runOnce({ id, command, failed }: Hook): Promise<void> {
    this.#count += 1;
    const execId = `${this.#prefix}-${this.#count}`;
    const what = JSON.stringify(command.join(' '));
    try {
      const request = { id, execId, args: command, timeoutMs: TIMEOUT_MS };
      const { exitCode, output } = await runCommand(this.#containers, this.#timers, request);
      const words = output === '' ? '' : `: ${output}`;
      if (exitCode === undefined) failed(`${what} was killed after ${TIMEOUT_MS / 1000} s${words}`);
      else if (exitCode !== 0) failed(`${what} ended with code ${exitCode}${words}`);
    } catch (error) {
      // Its container ended: the next process starts with what there is.
      if (isRuntimeError(error, 'NotFound', 'FailedPrecondition')) return;
      failed(`${what}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}
