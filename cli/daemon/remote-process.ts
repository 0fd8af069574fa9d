import type { ExecQuery, RemoteProcess, TerminalSize } from '../../api/registry/remote-process.ts';
import type { TaskInput } from '../../runtime/ports/containers.ts';
import type { AttachedOutput } from '../../runtime/ports/logs.ts';

/** The process without the streams that nobody asked for: what it writes there is thrown away, and does not hold it up. */
export function onlyWanted(
  process: RemoteProcess,
  { stdout, stderr }: Pick<ExecQuery, 'stdout' | 'stderr'>,
): RemoteProcess {
  if (!stdout) void discard(process.stdout);
  if (!stderr) void discard(process.stderr);
  return {
    stdout: stdout ? process.stdout : nothing(),
    stderr: stderr ? process.stderr : nothing(),
    exited: process.exited,
    write: (bytes) => process.write(bytes),
    closeInput: () => process.closeInput(),
    resize: (size) => process.resize(size),
    [Symbol.asyncDispose]: () => process[Symbol.asyncDispose](),
  };
}

export interface AttachedParts {
  readonly output: AttachedOutput;
  /** Absent: nobody asked for it, or the container has none. */
  readonly input: TaskInput | undefined;
  readonly terminal: boolean;
  /** The first who attaches an input ends it. */
  readonly inputOnce: boolean;
  readonly resize: (size: TerminalSize) => Promise<void>;
}

/**
 * A container's own process. Who ends his input lets go of all of it, as with a kubelet; but where the input is for one alone, the
 * process sees that end, and he goes on seeing what it writes. Ends with code 0: the process' own code is for its status to tell.
 */
export function attachedProcess({ output, input, terminal, inputOnce, resize }: AttachedParts): RemoteProcess {
  const endsInput = inputOnce && !terminal;
  return {
    stdout: output.stdout,
    stderr: output.stderr,
    exited: heardLater(endOf(output)),
    write: async (bytes) => await input?.write(bytes),
    async closeInput() {
      if (input === undefined) return;
      if (endsInput) await input.close();
      else await output[Symbol.asyncDispose]();
    },
    resize: async (size) => {
      if (terminal) await resize(size);
    },
    async [Symbol.asyncDispose]() {
      await output[Symbol.asyncDispose]();
      // What the process did not take before he went away is lost.
      input?.[Symbol.dispose]();
      if (endsInput) await input?.close();
    },
  };
}

async function endOf(output: AttachedOutput): Promise<{ readonly exitCode: number }> {
  await output.ended;
  return { exitCode: 0 };
}

/** A rejection that nobody waits for yet is no accident. */
function heardLater<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}

async function discard(chunks: AsyncIterable<Uint8Array>): Promise<void> {
  try {
    for await (const _ of chunks);
  } catch {
    // Whoever waits for the process' end hears of what went wrong.
  }
}

async function* nothing(): AsyncGenerator<Uint8Array> {
  // Not asked for, or never there.
}
