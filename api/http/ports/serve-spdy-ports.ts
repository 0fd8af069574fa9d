/**
 * port-forward as kubectl speaks it: SPDY/3.1, inside of a WebSocket or alone. For each connection the client opens two streams with the
 * same `requestid`: `data`, and `error`, on which the server says what went wrong, or nothing, and ends it (facts/kube-api §8).
 */
import type { Duplex } from 'node:stream';
import type { ApiLog } from '../../context.ts';
import type { PortDialer } from '../../registry/port-dialer.ts';
import { runSpdy } from '../../spdy/run-spdy.ts';
import type { SpdyStream } from '../../spdy/stream.ts';
import { splice } from './splice.ts';

/** How long the second stream of a pair may take. */
const PAIR_MS = 30_000;

interface Pair {
  readonly port: number;
  data?: SpdyStream;
  error?: SpdyStream;
  readonly timer: NodeJS.Timeout;
}

/** Resolves when the client has gone, or `signal` aborts; nothing is open then. Never rejects. */
export async function serveSpdyPorts(
  carrier: Duplex,
  dialer: PortDialer,
  { log, signal }: { readonly log: ApiLog; readonly signal: AbortSignal },
): Promise<void> {
  const pairs = new Map<string, Pair>();
  const running = new Set<Promise<void>>();
  const gone = new AbortController();
  const onStream = (stream: SpdyStream): void => {
    const { id, type, port } = purposeOf(stream);
    const known = pairs.get(id);
    if (type === undefined || port === undefined || (known && (known.port !== port || known[type] !== undefined))) {
      stream.destroy();
      return;
    }
    const pair = known ?? newPair(port, () => forget(id));
    pairs.set(id, pair);
    pair[type] = stream;
    const { data, error, timer } = pair;
    if (data === undefined || error === undefined) return;
    clearTimeout(timer);
    pairs.delete(id);
    const work = forward({ data, error }, port, dialer, gone.signal).finally(() => running.delete(work));
    running.add(work);
  };
  const forget = (id: string): void => {
    const pair = pairs.get(id);
    pairs.delete(id);
    pair?.data?.destroy();
    pair?.error?.destroy();
  };
  await runSpdy(carrier, onStream, { log, signal });
  // who has gone waits for no connection that is still being opened
  gone.abort();
  for (const { timer } of pairs.values()) clearTimeout(timer);
  await Promise.all(running);
}

/** What a stream is for; without a port or type where its headers do not say one. */
function purposeOf({ headers }: SpdyStream) {
  const text = headers.get('port') ?? '';
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  const type = (['data', 'error'] as const).find((name) => name === headers.get('streamtype'));
  return { id: headers.get('requestid') ?? `port ${text}`, type, port: port > 0 && port < 65_536 ? port : undefined };
}

const newPair = (port: number, late: () => void): Pair => ({ port, timer: setTimeout(late, PAIR_MS) });

async function forward(
  { data, error }: Required<Pick<Pair, 'data' | 'error'>>,
  port: number,
  dialer: PortDialer,
  signal: AbortSignal,
): Promise<void> {
  // the client has nothing to say there
  error.resume();
  try {
    await splice(data, await dialer.dial(port, signal));
    error.end();
  } catch (cause) {
    error.end(`error forwarding port ${port}: ${(cause as Error).message}`);
    data.destroy();
  }
}
