/** Joins a run's output over a connection to logd of its own, and comes back to the next logd when this one goes. */
import { connect, type Socket } from 'node:net';
import { isRuntimeError, RuntimeError } from '../errors.ts';
import type { AttachedOutput, LogRun } from '../ports/logs.ts';
import { createDemultiplexer, type Demultiplexer } from './demultiplex.ts';
import type { Request } from '../resident/program/wire.ts';
import type { Answer, AttachMessage } from './program/protocol.ts';

export interface AttachOptions {
  readonly socketPath: string;
  /** Resolves when logd, this one or the next one, answers. */
  readonly ready: () => Promise<unknown>;
}

/** As Logs.attach. What is written between the end of one logd and the beginning of the next may be in the log alone. */
export async function attachRun(run: LogRun, options: AttachOptions): Promise<AttachedOutput> {
  const closing = new AbortController();
  const output = createDemultiplexer();
  const first = await join(run, output, options);
  const ended = follow(run, first, { output, options, closing: closing.signal });
  ended.catch(() => undefined);
  return {
    stdout: output.stdout,
    stderr: output.stderr,
    ended,
    async [Symbol.asyncDispose]() {
      closing.abort();
      output.close();
      await ended.catch(() => undefined);
    },
  };
}

interface Following {
  readonly output: Demultiplexer;
  readonly options: AttachOptions;
  readonly closing: AbortSignal;
}

/** A connection that carries frames, and whose it is. */
interface Joined {
  readonly socket: Socket;
  readonly pid: number | undefined;
}

/** Resolves with the end of the run, or with `closing`. */
async function follow(run: LogRun, first: Joined, { output, options, closing }: Following): Promise<void> {
  try {
    for (let joined = first; ;) {
      const { socket, pid } = joined;
      const close = (): void => void socket.destroy();
      closing.addEventListener('abort', close, { once: true });
      if (closing.aborted) close();
      await closed(socket);
      closing.removeEventListener('abort', close);
      if (closing.aborted || output.ended) return;
      joined = await join(run, output, options);
      if (joined.pid !== pid) continue;
      joined.socket.destroy();
      throw new RuntimeError('Unavailable', 'output was not taken for too long, and some is missing');
    }
  } catch (error) {
    // It was over before the next logd could be asked.
    if (!isRuntimeError(error, 'NotFound') && !closing.aborted) throw error;
  } finally {
    output.end();
  }
}

/** Asks to be attached; what follows the answer goes to `output`. Rejects with NotFound when the run is not open. */
async function join(run: LogRun, output: Demultiplexer, { socketPath, ready }: AttachOptions): Promise<Joined> {
  await ready();
  const socket = connect(socketPath);
  socket.on('error', () => socket.destroy());
  const request: Request<AttachMessage> = { op: 'attach', log: run.log, run: run.run, id: 1 };
  socket.write(`${JSON.stringify(request)}\n`);
  const { answer, rest } = await firstLine(socket);
  if (answer.error !== undefined) {
    socket.destroy();
    throw new RuntimeError('NotFound', `logd: ${answer.error.message}`, { cause: answer.error });
  }
  output.read(socket, rest);
  return { socket, pid: answer.pid };
}

/** Rejects with Unavailable when the connection ends before. */
async function firstLine(socket: Socket): Promise<{ readonly answer: Answer; readonly rest: Buffer }> {
  let received: Buffer = Buffer.alloc(0);
  return await new Promise((resolve, reject) => {
    const onClose = (): void => reject(new RuntimeError('Unavailable', 'logd ended before it answered'));
    const onData = (chunk: Buffer): void => {
      received = Buffer.concat([received, chunk]);
      const end = received.indexOf('\n');
      if (end < 0) return;
      socket.off('data', onData).off('close', onClose).pause();
      resolve({ answer: JSON.parse(received.toString('utf8', 0, end)) as Answer, rest: received.subarray(end + 1) });
    };
    socket.on('data', onData).once('close', onClose);
  });
}

async function closed(socket: Socket): Promise<void> {
  if (socket.closed) return;
  await new Promise<void>((resolve) => socket.once('close', () => resolve()));
}
