import { setTimeout as sleep } from 'node:timers/promises';
import { probe } from '../../proto/grpc/probe.ts';
import { RuntimeError } from '../errors.ts';
import type { RuntimeEvent, RuntimeEvents } from '../ports/events.ts';
import type { Connection } from './connection.ts';
import { toRuntimeError } from './errors.ts';
import { decodeEvent } from './events/decode.ts';
import { openSubscription } from './events/subscription.ts';

/** Milliseconds between attempts to reach a containerd that is away: the first, and the longest. */
const FIRST_WAIT = 50;
const LONGEST_WAIT = 1_000;

type Listener = (event: RuntimeEvent) => void;

/**
 * The RuntimeEvents port on containerd: one subscription, opened with the first listener, for all. `connected` is told when an event of
 * our own has come back: from then on nothing is missed, so a list made after it is complete. Dispose ends it.
 */
export function createEvents(connection: Connection): RuntimeEvents & Disposable {
  const listeners = new Set<Listener>();
  const closing = new AbortController();
  let connected = false;
  let started = false;

  const emit = (event: RuntimeEvent): void => {
    for (const listener of listeners) tell(connection, listener, event);
  };
  const become = (event: RuntimeEvent & { type: 'connected' | 'disconnected' }): void => {
    connected = event.type === 'connected';
    emit(event);
  };
  const subscribe = (listener: Listener): Disposable => {
    listeners.add(listener);
    if (connected) {
      queueMicrotask(() => {
        if (connected && listeners.has(listener)) tell(connection, listener, { type: 'connected' });
      });
    }
    if (!started) {
      started = true;
      void keepConnected(connection, emit, become, closing.signal);
    }
    return { [Symbol.dispose]: () => void listeners.delete(listener) };
  };
  return {
    subscribe,
    get connected() {
      return connected;
    },
    [Symbol.dispose]: () => {
      connected = false;
      listeners.clear();
      closing.abort();
    },
  };
}

/** Never rejects; ends with the signal. */
async function keepConnected(
  connection: Connection,
  emit: Listener,
  become: (event: RuntimeEvent & { type: 'connected' | 'disconnected' }) => void,
  signal: AbortSignal,
): Promise<void> {
  let wait = FIRST_WAIT;
  while (!signal.aborted) {
    let connected = false;
    try {
      await receive(connection, signal, emit, () => {
        connected = true;
        wait = FIRST_WAIT;
        become({ type: 'connected' });
      });
    } catch (error) {
      if (signal.aborted) return;
      const { code, message } = toRuntimeError(error, 'receive events');
      if (code !== 'Unavailable') connection.log.warn({ code, message }, 'containerd refuses to tell its events');
      if (connected) become({ type: 'disconnected', message });
    }
    await sleep(wait, undefined, { signal, ref: false }).catch(() => undefined);
    wait = Math.min(wait * 2, LONGEST_WAIT);
  }
}

/** Rejects when the stream ends, however that happens. */
async function receive(
  connection: Connection,
  signal: AbortSignal,
  emit: Listener,
  onConnected: () => void,
): Promise<void> {
  if (!(await probe(connection.socketPath))) {
    throw new RuntimeError('Unavailable', `no containerd listens at ${connection.socketPath}`);
  }
  for await (const envelope of openSubscription(connection, signal, onConnected)) {
    const event = decodeEvent(envelope);
    if (event !== undefined) emit(event);
  }
  throw new RuntimeError('Unavailable', 'containerd ended the subscription');
}

/** A listener that throws must not cost the others their events. */
function tell(connection: Connection, listener: Listener, event: RuntimeEvent): void {
  try {
    listener(event);
  } catch (error) {
    connection.log.warn({ err: error, event: event.type }, 'an event listener failed');
  }
}
