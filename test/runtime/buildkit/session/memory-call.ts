import type { ServerCall } from '../../../../runtime/buildkit/grpc/server.ts';

export interface MemoryCall {
  /** What a method of ours gets. */
  readonly call: ServerCall;
  /** The builder sends. */
  push(...messages: readonly Uint8Array[]): void;
  /** The builder half-closes. */
  end(): void;
  /** The call is gone. */
  abort(): void;
  /** What the method sent, in order; ends never by itself. */
  readonly sent: AsyncGenerator<Uint8Array>;
  /** Bytes that were sent and not read by the builder: at most a megabyte and what one write adds. */
  readonly waiting: number;
}

const highWater = 1024 * 1024;

/** A call of a builder without any connection, with the same back-pressure. */
export function memoryCall(headers: Readonly<Record<string, readonly string[]>> = {}): MemoryCall {
  const gone = new AbortController();
  const [incoming, outgoing] = [new Pipe(gone.signal), new Pipe(gone.signal)];
  const sendAll = async (messages: readonly Uint8Array[]): Promise<void> => {
    gone.signal.throwIfAborted();
    outgoing.push(...messages);
    await outgoing.below(highWater);
  };
  return {
    call: {
      path: '/test',
      header: (name) => headers[name] ?? [],
      messages: incoming.read(),
      send: (message) => sendAll([message]),
      sendAll,
      signal: gone.signal,
    },
    push: (...messages) => incoming.push(...messages),
    end: () => incoming.end(),
    abort: () => gone.abort(new Error('the call is gone')),
    sent: outgoing.read(),
    get waiting() {
      return outgoing.bytes;
    },
  };
}

class Pipe {
  readonly #signal: AbortSignal;
  #messages: Uint8Array[] = [];
  #ended = false;
  #changed = Promise.withResolvers<void>();
  bytes = 0;

  constructor(signal: AbortSignal) {
    this.#signal = signal;
    signal.addEventListener('abort', () => this.#wake());
  }

  push(...messages: readonly Uint8Array[]): void {
    // A copy, as the real thing makes one when it writes.
    for (const message of messages) this.#messages.push(Uint8Array.from(message));
    this.bytes += messages.reduce((sum, { length }) => sum + length, 0);
    this.#wake();
  }

  end(): void {
    this.#ended = true;
    this.#wake();
  }

  async below(bytes: number): Promise<void> {
    while (this.bytes >= bytes) {
      this.#signal.throwIfAborted();
      await this.#changed.promise;
    }
  }

  async *read(): AsyncGenerator<Uint8Array> {
    for (;;) {
      this.#signal.throwIfAborted();
      const messages = this.#messages;
      this.#messages = [];
      for (const message of messages) {
        yield message;
        this.bytes -= message.length;
        this.#wake();
      }
      if (messages.length > 0) continue;
      if (this.#ended) return;
      await this.#changed.promise;
    }
  }

  #wake(): void {
    const changed = this.#changed;
    this.#changed = Promise.withResolvers();
    changed.resolve();
  }
}
