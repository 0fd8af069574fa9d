/** The client's process, as the bench sees it. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { Job, Message, Outcome } from './jobs.ts';

const PROGRAM = new URL('./client-program.ts', import.meta.url);

/** A job whose connections are open. */
export interface PreparedJob extends AsyncDisposable {
  /** Starts it; resolves when it is done. Rejects with the first refusal of the server. */
  run(): Promise<Outcome>;
}

/** Starts a client and has it build its requests and open its connections. Disposing it ends it. */
export async function prepare(job: Job, signal: AbortSignal): Promise<PreparedJob> {
  signal.throwIfAborted();
  const child = fork(PROGRAM, { signal, serialization: 'advanced' });
  const gone = once(child, 'exit');
  child.on('error', () => undefined);
  const next = async (): Promise<Message> => {
    const message = await Promise.race([once(child, 'message'), gone.then(() => undefined)]);
    signal.throwIfAborted();
    if (message === undefined) throw new Error('the client ended before its job');
    const [said] = message as [Message];
    if (said.type === 'failure') throw new Error(`${job.type}: ${said.message}`);
    return said;
  };
  const end = async (): Promise<void> => {
    child.kill();
    await gone;
  };
  child.send(job);
  try {
    await next();
  } catch (error) {
    await end();
    throw error;
  }
  return {
    async run() {
      child.send('go');
      const said = await next();
      if (said.type !== 'outcome') throw new TypeError(`the client said ${said.type}`);
      return said;
    },
    [Symbol.asyncDispose]: end,
  };
}

/** A job from its preparation to its end. */
export async function perform(job: Job, signal: AbortSignal): Promise<Outcome> {
  await using prepared = await prepare(job, signal);
  return await prepared.run();
}
