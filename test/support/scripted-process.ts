import type { RemoteProcess, TerminalSize } from '../../api/registry/remote-process.ts';

/** What a program of a test sees of the world. */
export interface Inside {
  /** Resolves when somebody has taken it, or nobody ever will. */
  readonly out: (bytes: string | Uint8Array) => Promise<void>;
  readonly err: (bytes: string | Uint8Array) => Promise<void>;
  /** The next piece of the input; undefined at its end, or when it was let go of. */
  readonly read: () => Promise<Buffer | undefined>;
  readonly sizes: readonly TerminalSize[];
  /** Aborted when it is let go of. */
  readonly gone: AbortSignal;
}

/** Its exit code. */
export type Program = (inside: Inside) => Promise<number>;

/** A process whose streams hold nothing: who writes waits for who reads. */
export function scriptedProcess(program: Program): RemoteProcess & { readonly gone: AbortSignal } {
  const controller = new AbortController();
  const { signal: gone } = controller;
  const [stdin, stdout, stderr] = [createPipe(gone), createPipe(gone), createPipe(gone)];
  const sizes: TerminalSize[] = [];
  const run = async (): Promise<{ readonly exitCode: number }> => {
    try {
      const inside = { out: stdout.write, err: stderr.write, read: stdin.read, sizes, gone };
      return { exitCode: await program(inside) };
    } finally {
      stdout.end();
      stderr.end();
    }
  };
  const exited = run();
  exited.catch(() => undefined);
  return {
    gone,
    exited,
    stdout: stdout.chunks(),
    stderr: stderr.chunks(),
    write: stdin.write,
    closeInput: async () => stdin.end(),
    resize: async (size) => void sizes.push(size),
    [Symbol.asyncDispose]: async () => controller.abort(),
  };
}

interface Pipe {
  readonly write: (bytes: string | Uint8Array) => Promise<void>;
  readonly end: () => void;
  readonly read: () => Promise<Buffer | undefined>;
  readonly chunks: () => AsyncGenerator<Buffer>;
}

function createPipe(gone: AbortSignal): Pipe {
  const pieces: { readonly bytes: Buffer; readonly taken: () => void }[] = [];
  let ended = false;
  let wake = (): void => undefined;
  gone.addEventListener('abort', () => {
    for (const { taken } of pieces) taken();
    wake();
  });
  const read = async (): Promise<Buffer | undefined> => {
    for (;;) {
      if (gone.aborted) return undefined;
      const piece = pieces.shift();
      if (piece !== undefined) {
        piece.taken();
        return piece.bytes;
      }
      if (ended) return undefined;
      await new Promise<void>((resolve) => (wake = resolve));
    }
  };
  return {
    read,
    async write(bytes) {
      if (ended || gone.aborted) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      pieces.push({ bytes: Buffer.from(bytes as string), taken: resolve });
      wake();
      await promise;
    },
    end() {
      ended = true;
      wake();
    },
    async *chunks() {
      for (let chunk = await read(); chunk !== undefined; chunk = await read()) yield chunk;
    },
  };
}
