import { spawn } from 'node:child_process';
import type { Outcome } from './expectations.ts';

/** How long a command may take before it counts as hanging. */
const PATIENCE_MS = 120_000;

/** All that a command has printed so far. */
export type Printed = Pick<Outcome, 'out' | 'err'>;

export interface KubectlOptions {
  readonly binary: string;
  readonly directory: string;
  readonly env: Readonly<Record<string, string>>;
  readonly input?: string;
  /** Ends the command when it aborts; its exit code is then none. */
  readonly enough?: AbortSignal;
  /** Called whenever there is more. */
  readonly onOutput?: (printed: Printed) => void;
  readonly signal: AbortSignal;
}

/** Runs kubectl to its end. Rejects when it cannot be started, hangs, or `signal` aborts. */
export async function runKubectl(args: readonly string[], options: KubectlOptions): Promise<Outcome> {
  const { binary, directory, env, input, enough, onOutput, signal } = options;
  signal.throwIfAborted();
  const child = spawn(binary, args, { cwd: directory, env, stdio: ['pipe', 'pipe', 'pipe'] });
  const text = { out: '', err: '' };
  child.stdin.on('error', () => undefined).end(input ?? '');
  child.stderr.setEncoding('utf8').on('data', (piece: string) => {
    text.err += piece;
    onOutput?.({ ...text });
  });
  child.stdout.setEncoding('utf8').on('data', (piece: string) => {
    text.out += piece;
    onOutput?.({ ...text });
  });
  let cause: string | undefined;
  const stop = (why: string) => () => {
    cause = why;
    child.kill('SIGKILL');
  };
  const onAbort = stop('was stopped');
  const timer = setTimeout(stop(`did not end within ${PATIENCE_MS / 1000} s`), PATIENCE_MS);
  const onEnough = (): void => void child.kill('SIGKILL');
  signal.addEventListener('abort', onAbort, { once: true });
  enough?.addEventListener('abort', onEnough, { once: true });
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    if (cause !== undefined) throw new KubectlStopped(`kubectl ${cause}`, { code: undefined, ...text });
    return { code: enough?.aborted ? undefined : (code ?? -1), ...text };
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
    enough?.removeEventListener('abort', onEnough);
  }
}

/** The command did not end by itself; what it had said until then is in `outcome`. */
export class KubectlStopped extends Error {
  override readonly name = 'KubectlStopped';
  readonly outcome: Outcome;

  constructor(message: string, outcome: Outcome) {
    super(message);
    this.outcome = outcome;
  }
}
