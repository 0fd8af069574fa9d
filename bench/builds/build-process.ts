/** The process that builds by our adapter, as the bench sees it. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { Answer, Order } from './orders.ts';

const PROGRAM = new URL('./build-program.ts', import.meta.url);

export interface BuildProcess extends AsyncDisposable {
  readonly pid: number;
  /** Resolves with the milliseconds that it took; rejects with what the adapter says. One at a time. */
  perform(order: Order): Promise<number>;
}

/** Disposing ends it, and cancels what it builds. */
export function startBuildProcess(nodeFlags: readonly string[], signal: AbortSignal): BuildProcess {
  signal.throwIfAborted();
  const child = fork(PROGRAM, { execArgv: [...process.execArgv, ...nodeFlags] });
  const gone = once(child, 'exit');
  child.on('error', () => undefined);
  const stop = (): void => void (child.connected && child.disconnect());
  signal.addEventListener('abort', stop, { once: true });
  return {
    pid: child.pid ?? 0,
    async perform(order) {
      signal.throwIfAborted();
      const answered = once(child, 'message');
      child.send(order);
      const message = (await Promise.race([answered, gone.then(() => undefined)])) as [Answer] | undefined;
      signal.throwIfAborted();
      if (message === undefined) throw new Error('the process that builds ended');
      const [answer] = message;
      if ('failure' in answer) throw new Error(answer.failure);
      return answer.milliseconds;
    },
    async [Symbol.asyncDispose]() {
      signal.removeEventListener('abort', stop);
      stop();
      await gone;
    },
  };
}
