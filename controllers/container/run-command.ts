import type { Timers } from '../engine/environment.ts';
import type { Containers, ExecRequest } from '../../runtime/ports/containers.ts';

/** How much of what a command writes is kept for people. */
const OUTPUT_BYTES = 1024;

export interface Command {
  readonly id: string;
  readonly execId: string;
  readonly args: ExecRequest['args'];
  readonly timeoutMs: number;
}

export interface CommandResult {
  /** Undefined: its time was over, and it was killed. */
  readonly exitCode: number | undefined;
  /** The beginning of what it wrote. */
  readonly output: string;
}

/** Runs a command in a container to its end, or for as long as it may. Rejects as `Containers.exec` does. */
export async function runCommand(containers: Containers, timers: Timers, command: Command): Promise<CommandResult> {
  const { id, execId, args, timeoutMs } = command;
  const { promise: over, resolve } = Promise.withResolvers<undefined>();
  using _deadline = timers.after(timeoutMs, () => resolve(undefined));
  await using process = await containers.exec(id, { execId, args, terminal: false, stdin: false });
  const chunks: Uint8Array[] = [];
  let size = 0;
  const read = async (stream: AsyncIterable<Uint8Array>): Promise<void> => {
    // Read to the end: a full pipe would hold the process up.
    for await (const chunk of stream) {
      if (size < OUTPUT_BYTES) chunks.push(chunk.slice(0, OUTPUT_BYTES - size));
      size += chunk.length;
    }
  };
  const reading = Promise.all([read(process.stdout), read(process.stderr)]).catch(() => undefined);
  const ended = process.exited.then(async (exit) => {
    await reading;
    return exit;
  });
  const exit = await Promise.race([ended, over]);
  // Killed below; nobody waits for how.
  if (exit === undefined) ended.catch(() => undefined);
  return { exitCode: exit?.exitCode, output: Buffer.concat(chunks).toString().trim() };
}
