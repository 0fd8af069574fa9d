/**
 * The writing end of a FIFO that the shim reads. It can only be opened once somebody has begun to open the other end: the shim does so
 * in the background of the start, a moment before or after it answers. Whoever opens earlier, or holds a reader of his own, may close
 * again before the shim has come, and the process would never see the end.
 */
import { constants, open } from 'node:fs';
import { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

export interface Input extends Disposable {
  /** Resolves when the pipe has taken it. Nothing happens after the end, or when nobody reads any more. */
  write(bytes: Uint8Array): Promise<void>;
  /** Resolves when all that was written is in the pipe, and our end of it is closed. */
  end(): Promise<void>;
}

/** Milliseconds between two looks whether the shim has come. */
const FIRST_WAIT = 1;
const LONGEST_WAIT = 50;

/**
 * Opens in the background; disposing gives up what was not written yet. `patience`: milliseconds after which nobody is expected to read
 * any more; default: one comes.
 */
export function openInput(path: string, patience = Infinity): Input {
  const closing = new AbortController();
  const opened = openWriter(path, patience, closing.signal);
  let last: Promise<void> = Promise.resolve();
  let ended = false;
  const writeNow = async (bytes: Uint8Array): Promise<void> => {
    const socket = await opened;
    if (socket === undefined || socket.destroyed || bytes.length === 0) return;
    // Called with an error, too: then nobody reads any more.
    await new Promise<void>((resolve) => socket.write(bytes, () => resolve()));
  };
  return {
    async write(bytes) {
      if (ended) return;
      last = writeNow(bytes);
      await last;
    },
    async end() {
      ended = true;
      await last;
      // Not `end()`: that would ask the kernel for a shutdown, which only sockets have.
      (await opened)?.destroy();
    },
    [Symbol.dispose]: () => {
      ended = true;
      closing.abort();
      void opened.then((socket) => socket?.destroy());
    },
  };
}

/** Undefined when the signal came first, nobody came, or the FIFO is gone. */
async function openWriter(path: string, patience: number, signal: AbortSignal): Promise<Socket | undefined> {
  const latest = performance.now() + patience;
  for (let wait = FIRST_WAIT; !signal.aborted && performance.now() < latest; wait = Math.min(wait * 2, LONGEST_WAIT)) {
    try {
      const fd = await promisify(open)(path, constants.O_WRONLY | constants.O_NONBLOCK);
      const socket = new Socket({ fd, readable: false, writable: true });
      return socket.on('error', () => socket.destroy());
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENXIO') return undefined;
    }
    await sleep(wait, undefined, { signal }).catch(() => undefined);
  }
  return undefined;
}
