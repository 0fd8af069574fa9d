/** A small program of ours inside of a network namespace, which hands out connections: Node itself cannot change its namespaces. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { isRuntimeError, RuntimeError } from '../errors.ts';
import type { NetworkDoor } from '../ports/host.ts';
import { startFailure } from './run-program.ts';

export interface DoorOptions {
  /** The program and the words before its own. */
  readonly nsenter: readonly [string, ...string[]];
  readonly env: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
}

/** What the program says. */
interface Word {
  readonly ready?: true;
  readonly id?: number;
  readonly reason?: string;
}

interface Waiting {
  readonly resolve: (socket: Socket) => void;
  readonly reject: (error: Error) => void;
}

const CLOSED = 'the way into the network is closed';
/** How long the program may take to start on a busy machine. */
const START_MS = 20_000;

export async function openNetworkDoor(pid: number, { nsenter, env, signal }: DoorOptions): Promise<NetworkDoor> {
  const [program, ...words] = nsenter;
  const script = fileURLToPath(new URL('./dial-program.ts', import.meta.url));
  const args = [...words, `--net=/proc/${pid}/ns/net`, '--', process.execPath, script];
  const child = spawn(program, args, { env, stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  const door = new Door(child);
  try {
    await door.started(program, AbortSignal.any([AbortSignal.timeout(START_MS), ...(signal ? [signal] : [])]));
  } catch (error) {
    await door[Symbol.asyncDispose]();
    throw error;
  }
  return door;
}

class Door implements NetworkDoor {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, Waiting>();
  readonly #closed: Promise<unknown>;
  #stderr = '';
  #last = 0;

  constructor(child: ChildProcess) {
    this.#child = child;
    // not `close`: Node does not tell of it when the channel was closed from here
    const exited = new Promise<void>((resolve) => {
      child.once('exit', () => resolve());
      // at any time: a word that cannot be sent to a program that has died is one, and nobody else listens
      child.on('error', () => child.pid === undefined && resolve());
    });
    const said = new Promise((resolve) => child.stderr?.once('close', resolve) ?? resolve(undefined));
    this.#closed = Promise.all([exited, said]);
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.#stderr = (this.#stderr + text).slice(-1000)));
    child.on('message', (word: Word, handle: unknown) => this.#hear(word, handle as Socket | undefined));
    void this.#closed.then(() => this.#fail(CLOSED));
  }

  async started(program: string, signal: AbortSignal): Promise<void> {
    const ended = this.#closed.then(() => {
      const gone = /no such file/i.test(this.#stderr);
      throw new RuntimeError(gone ? 'NotFound' : 'Internal', `the network of a process: ${this.#stderr.trim()}`);
    });
    ended.catch(() => undefined);
    try {
      // rejects for an error of the child's, too
      await Promise.race([once(this.#child, 'message', { signal }), ended]);
    } catch (error) {
      if (signal.aborted)
        throw new RuntimeError('DeadlineExceeded', 'the way into the network did not open', { cause: error });
      throw isRuntimeError(error) ? error : startFailure({ program }, error as NodeJS.ErrnoException);
    }
  }

  async dial(port: number, signal?: AbortSignal): Promise<Socket> {
    signal?.throwIfAborted();
    const id = ++this.#last;
    const { promise, resolve, reject } = Promise.withResolvers<Socket>();
    this.#waiting.set(id, { resolve, reject });
    // a connection that still comes is closed
    const giveUp = (): void => {
      this.#waiting.delete(id);
      reject(signal?.reason as Error);
    };
    signal?.addEventListener('abort', giveUp, { once: true });
    this.#child.send({ id, port }, (error) => error !== null && this.#fail(CLOSED));
    try {
      return await promise;
    } finally {
      signal?.removeEventListener('abort', giveUp);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.connected) this.#child.disconnect();
    if (this.#child.exitCode === null && this.#child.signalCode === null) this.#child.kill('SIGKILL');
    await this.#closed;
  }

  #hear({ id, reason }: Word, socket: Socket | undefined): void {
    if (id === undefined) return;
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (socket === undefined) {
      waiting?.reject(new RuntimeError('Unavailable', reason ?? 'the connection was lost'));
      return;
    }
    socket.allowHalfOpen = true;
    if (waiting === undefined) socket.destroy();
    else waiting.resolve(socket);
  }

  #fail(why: string): void {
    for (const { reject } of this.#waiting.values()) reject(new RuntimeError('Unavailable', why));
    this.#waiting.clear();
  }
}
