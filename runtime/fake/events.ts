import type { RuntimeEvent, RuntimeEvents } from '../ports/events.ts';

export interface FakeEvents extends RuntimeEvents {
  /** Told to every subscriber, a microtask later; lost while muted or disconnected. */
  emit(event: RuntimeEvent): void;
  /** Tells `connected` or `disconnected` when that is news. */
  setConnected(connected: boolean): void;
  /** While true, events about instances and images are lost: controllers must not depend on them. */
  setMuted(muted: boolean): void;
}

type Listener = (event: RuntimeEvent) => void;

export function createFakeEvents(): FakeEvents {
  const listeners = new Set<Listener>();
  let connected = true;
  let muted = false;
  const later = (listener: Listener, event: RuntimeEvent): void => {
    queueMicrotask(() => {
      if (!listeners.has(listener)) return;
      try {
        listener(event);
      } catch {
        // Its own trouble: the others hear all the same.
      }
    });
  };
  const tell = (event: RuntimeEvent): void => {
    for (const listener of listeners) later(listener, event);
  };
  return {
    get connected() {
      return connected;
    },
    subscribe(listener) {
      listeners.add(listener);
      if (connected) later(listener, { type: 'connected' });
      return { [Symbol.dispose]: () => listeners.delete(listener) };
    },
    emit(event) {
      if (connected && !muted) tell(event);
    },
    setConnected(value) {
      if (connected === value) return;
      connected = value;
      tell(value ? { type: 'connected' } : { type: 'disconnected', message: 'the fake runtime is down' });
    },
    setMuted(value) {
      muted = value;
    },
  };
}
