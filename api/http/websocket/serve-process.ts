import type { WebSocket } from 'ws';
import type { Status } from '../../../schemas/object.ts';
import type { ApiLog } from '../../context.ts';
import type { ApiResponse } from '../../pipeline/response.ts';
import { StatusError, toStatus } from '../../status-error.ts';
import { NORMAL_CLOSURE } from './accept.ts';
import { framesOf, STATUS, STDERR, STDOUT, type Frames } from './frames.ts';
import { exitStatus } from './process-status.ts';
import { createSender, piecesOf, type Sender } from './sender.ts';
import { takeInput } from './take-input.ts';

type ProcessResponse = Extract<ApiResponse, { readonly type: 'process' }>;

export interface Surroundings {
  readonly log: ApiLog;
  /** Aborted when the client has gone, or the server stops. */
  readonly signal: AbortSignal;
}

/** Where output of a process goes. */
interface Channels {
  readonly frames: Frames;
  readonly sender: Sender;
}

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
  const channels = { frames, sender: createSender(socket) };
  const input = takeInput(socket, process, { frames, query });
  // As real servers tell that the connection stands.
  const first = query.stdout ? STDOUT : query.stderr ? STDERR : STATUS;
  void channels.sender.send(frames.encode(first, new Uint8Array()));
  const ended = untilEnded(process, channels);
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
  await Promise.all([status && sayLast(socket, channels, status), letGo(process, log)]);
}

async function untilEnded(process: ProcessResponse['process'], channels: Channels): Promise<Status> {
  await Promise.all([pump(process.stdout, STDOUT, channels), pump(process.stderr, STDERR, channels)]);
  return exitStatus(await process.exited);
}

async function untilGone(socket: WebSocket, signal: AbortSignal): Promise<undefined> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    socket.once('close', resolve);
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

async function pump(chunks: AsyncIterable<Uint8Array>, channel: number, { frames, sender }: Channels): Promise<void> {
  for await (const chunk of chunks) {
    for (const piece of piecesOf(chunk)) await sender.send(frames.encode(channel, piece));
  }
}

/** Only when all has left is the connection closed: there is a deadline for that, and a client who takes his time gets everything. */
async function sayLast(socket: WebSocket, { frames, sender }: Channels, status: Status): Promise<void> {
  await sender.send(frames.encode(STATUS, Buffer.from(lastWords(status, frames))));
  await sender.flush();
  socket.close(NORMAL_CLOSURE);
}

/** Before v4 nobody said that all went well. */
function lastWords(status: Status, { hasStatus }: Frames): string {
  if (hasStatus) return JSON.stringify(status);
  return status.status === 'Success' ? '' : (status.message ?? status.reason ?? 'it failed');
}

async function letGo(process: AsyncDisposable, log: ApiLog): Promise<void> {
  try {
    await process[Symbol.asyncDispose]();
  } catch (err) {
    log.error({ err }, 'a process could not be let go of');
  }
}
