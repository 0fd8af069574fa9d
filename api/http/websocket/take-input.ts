import type { RawData, WebSocket } from 'ws';
import { isObject } from '../../../schemas/structural/own.ts';
import { decodeJson } from '../../../schemas/text/json.ts';
import type { AttachQuery, RemoteProcess, TerminalSize } from '../../registry/remote-process.ts';
import { CLOSE, RESIZE, STDIN, type Frames } from './frames.ts';

/** Bytes that may wait for the process to take them; beyond, the client is not read. */
const HIGH_WATER = 64 * 1024;
/** What a message costs besides its bytes, roughly. */
const OVERHEAD = 128;
const MAX_CELLS = 65_535;

export interface TakenInput {
  /** Rejects when the process can take no more, although it lives. */
  readonly failed: Promise<never>;
  /** What still comes is thrown away. */
  readonly stop: () => void;
}

/** Hands on what the client sends, one after the other, no faster than the process takes it. Resumes the socket. */
export function takeInput(
  socket: WebSocket,
  process: RemoteProcess,
  { frames, query }: { readonly frames: Frames; readonly query: AttachQuery },
): TakenInput {
  const { promise: failed, reject } = Promise.withResolvers<never>();
  failed.catch(() => undefined);
  const resize = latest((size: TerminalSize) => process.resize(size));
  let open = query.stdin;
  let waiting = 0;
  let turn = Promise.resolve();
  const after = async (before: Promise<void>, cost: number, work: () => Promise<void>): Promise<void> => {
    await before;
    try {
      await work();
    } catch (error) {
      reject(error);
    }
    waiting -= cost;
    if (waiting <= HIGH_WATER && socket.isPaused) socket.resume();
  };
  const inTurn = (cost: number, work: () => Promise<void>): void => {
    waiting += cost;
    if (waiting > HIGH_WATER) socket.pause();
    turn = after(turn, cost, work);
  };
  const take = (data: RawData): void => {
    const message = frames.decode(data as Buffer);
    if (message === undefined) return;
    const { channel, bytes } = message;
    if (channel === RESIZE && query.tty) {
      const size = sizeOf(bytes);
      if (size !== undefined) resize(size);
    }
    if (!open) return;
    if (channel === STDIN && bytes.length > 0) inTurn(bytes.length + OVERHEAD, () => process.write(bytes));
    if (channel === CLOSE && bytes[0] === STDIN) {
      open = false;
      inTurn(OVERHEAD, () => process.closeInput());
    }
  };
  socket.on('message', take);
  socket.resume();
  return {
    failed,
    stop() {
      socket.off('message', take);
      if (socket.isPaused) socket.resume();
    },
  };
}

/** Runs once at a time; of what comes meanwhile only the last counts. What goes wrong is not worth a process. */
function latest<T>(work: (value: T) => Promise<void>): (value: T) => void {
  let next: { readonly value: T } | undefined;
  let busy = false;
  const run = async (): Promise<void> => {
    busy = true;
    for (let now = next; now !== undefined; now = next) {
      next = undefined;
      await work(now.value).catch(() => undefined);
    }
    busy = false;
  };
  return (value) => {
    next = { value };
    if (!busy) void run();
  };
}

function sizeOf(bytes: Buffer): TerminalSize | undefined {
  let size: unknown;
  try {
    size = decodeJson(bytes.toString()).value;
  } catch {
    return undefined;
  }
  if (!isObject(size)) return undefined;
  const { Width: columns, Height: rows } = size;
  return isCount(columns) && isCount(rows) ? { columns, rows } : undefined;
}

const isCount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value > 0 && value <= MAX_CELLS;
