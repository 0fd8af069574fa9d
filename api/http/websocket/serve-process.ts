import type { WebSocket } from 'ws';
import type { Status } from '../../../schemas/object.ts';
import type { ApiLog } from '../../context.ts';
import type { ApiResponse } from '../../pipeline/response.ts';
import { StatusError, toStatus } from '../../status-error.ts';
import { framesOf, STATUS, STDERR, STDOUT, type Frames } from './frames.ts';
import { exitStatus } from './process-status.ts';
import { takeInput } from './take-input.ts';

type ProcessResponse = Extract<ApiResponse, { readonly type: 'process' }>;

export interface Surroundings {
  readonly log: ApiLog;
  /** Aborted when the client has gone, or the server stops. */
  readonly signal: AbortSignal;
}

/** The most that one message carries: what clients of old expect. */
const PIECE = 32 * 1024;
/** Bytes that may wait for a client who does not read; then the process waits, too. */
const HIGH_WATER = 256 * 1024;
const NORMAL = 1000;

/**
 * Lets client and process talk until one of them ends. Channel 255 is never sent: kubectl does not know it from a server. Resolves when
 * the process is disposed of and its last word is said. Never rejects.
 */
export async function serveProcess(
  socket: WebSocket,
  { process, query, protocol }: ProcessResponse,
  { log, signal }: Surroundings,
): Promise<void> {
  const frames = framesOf(protocol);
  const output = createSender(socket, frames);
  const input = takeInput(socket, process, { frames, query });
  // As real servers tell that the connection stands.
  void output.send(query.stdout ? STDOUT : query.stderr ? STDERR : STATUS, new Uint8Array());
  const ended = untilEnded(process, output.send);
  // Only one of them is waited for.
  ended.catch(() => undefined);
  let status: Status | undefined;
  try {
    status = await Promise.race([ended, input.failed, untilGone(socket, signal)]);
  } catch (error) {
    if (!(error instanceof StatusError)) log.error({ err: error }, 'a process was lost');
    status = toStatus(error);
  }
  input.stop();
  await Promise.all([status && sayLast(socket, output, lastWords(status, frames)), letGo(process, log)]);
}

async function untilEnded(process: ProcessResponse['process'], send: Sender['send']): Promise<Status> {
  await Promise.all([pump(process.stdout, STDOUT, send), pump(process.stderr, STDERR, send)]);
  return exitStatus(await process.exited);
}

async function untilGone(socket: WebSocket, signal: AbortSignal): Promise<undefined> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    socket.once('close', resolve);
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

interface Sender {
  /** Resolves when the client may be sent more, or has gone. */
  readonly send: (channel: number, bytes: Uint8Array) => Promise<void>;
  /** Resolves when all has left, or the client has gone. */
  readonly sendAll: (channel: number, bytes: Uint8Array) => Promise<void>;
}

function createSender(socket: WebSocket, { encode }: Frames): Sender {
  const write = (channel: number, bytes: Uint8Array): Promise<void> =>
    new Promise((resolve) => socket.send(encode(channel, bytes), () => resolve()));
  return {
    sendAll: write,
    async send(channel, bytes) {
      const written = write(channel, bytes);
      if (socket.bufferedAmount > HIGH_WATER) await written;
    },
  };
}

async function pump(chunks: AsyncIterable<Uint8Array>, channel: number, send: Sender['send']): Promise<void> {
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length; at += PIECE) await send(channel, chunk.subarray(at, at + PIECE));
  }
}

/** Before v4 nobody said that all went well. */
function lastWords(status: Status, { hasStatus }: Frames): string | undefined {
  if (hasStatus) return JSON.stringify(status);
  return status.status === 'Success' ? undefined : (status.message ?? status.reason ?? 'it failed');
}

/** Only when all has left is the connection closed: there is a deadline for that, and a client who takes his time gets everything. */
async function sayLast(socket: WebSocket, { sendAll }: Sender, words: string | undefined): Promise<void> {
  await sendAll(STATUS, Buffer.from(words ?? ''));
  socket.close(NORMAL);
}

async function letGo(process: AsyncDisposable, log: ApiLog): Promise<void> {
  try {
    await process[Symbol.asyncDispose]();
  } catch (err) {
    log.error({ err }, 'a process could not be let go of');
  }
}
