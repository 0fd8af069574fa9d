import type { RemoteProcess } from './remote-process.ts';

/** A process that could not be started, as those see it who talk to it already. */
export function neverStarted(reason: Error): RemoteProcess {
  const exited = Promise.reject<never>(reason);
  // Nobody may have come to wait for it yet.
  exited.catch(() => undefined);
  return {
    stdout: nothing(),
    stderr: nothing(),
    exited,
    write: async () => undefined,
    closeInput: async () => undefined,
    resize: async () => undefined,
    [Symbol.asyncDispose]: async () => undefined,
  };
}

async function* nothing(): AsyncGenerator<Uint8Array> {
  // It never wrote anything.
}
