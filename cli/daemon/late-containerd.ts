import { setTimeout as delay } from 'node:timers/promises';
import type { Containerd } from '../../runtime/containerd/index.ts';
import { RuntimeError } from '../../runtime/errors.ts';
import type { Containers } from '../../runtime/ports/containers.ts';
import type { RuntimeEvent, RuntimeEvents } from '../../runtime/ports/events.ts';
import { READ_METHODS, type ContentProxy } from '../../runtime/ports/content.ts';
import type { ImageRecord, Images } from '../../runtime/ports/images.ts';

const FIRST_RETRY_MS = 250;
const MAX_RETRY_MS = 5000;
/** So long calls wait for the first attempt. */
const FIRST_TRY_MS = 3000;

export interface LateContainerdOptions {
  readonly connect: (signal: AbortSignal) => Promise<Containerd>;
  /** Told of a failure when it is not the same as the one before it. */
  readonly onFailure: (error: unknown) => void;
}

/** The runtime's ports from the first moment on, whether containerd is there or not. */
export interface LateContainerd extends AsyncDisposable {
  readonly containers: Containers;
  readonly images: Images;
  readonly events: RuntimeEvents;
  /** Of the containerd that is there: another one is another containerd. Undefined while there is none, or it does not answer. */
  uuid(): Promise<string | undefined>;
  /** Where it listens; undefined while there was none yet. */
  socketPath(): string | undefined;
  /** Resolves at the first connection, after the time given, or when the signal aborts. */
  settled(milliseconds: number, signal: AbortSignal): Promise<void>;
  /** Why there is no connection yet; undefined when there is one. */
  problem(): string | undefined;
}

/**
 * The daemon serves its API and tells what is the matter while containerd cannot be reached, or cannot be found, at its start. Calls wait for
 * the first attempt to connect, though not for long; then every call is refused as Unavailable until there is a connection, and
 * from then on the connection looks after itself.
 */
export function lateContainerd({ connect, onFailure }: LateContainerdOptions): LateContainerd {
  const stop = new AbortController();
  const events = new LateEvents();
  const first = Promise.withResolvers<void>();
  const tried = Promise.withResolvers<void>();
  let connected: Containerd | undefined;
  let heard: Disposable | undefined;
  let failure = 'it was not tried yet';

  const runtime = (): Containerd => {
    if (connected !== undefined) return connected;
    throw new RuntimeError('Unavailable', `containerd cannot be reached: ${failure}`, { reason: 'RuntimeUnavailable' });
  };
  const attempts = async (): Promise<void> => {
    for (let delay = FIRST_RETRY_MS; !stop.signal.aborted; delay = Math.min(delay * 2, MAX_RETRY_MS)) {
      try {
        connected = await connect(stop.signal);
        // Only once events arrive can anybody tell that the runtime is there.
        heard = connected.events.subscribe(({ type }) => type === 'connected' && first.resolve());
        events.follow(connected.events);
        tried.resolve();
        return;
      } catch (error) {
        if (stop.signal.aborted) return;
        const before = failure;
        failure = error instanceof Error ? error.message : String(error);
        if (failure !== before) onFailure(error);
        tried.resolve();
        await pause(delay, stop.signal);
      }
    }
  };
  const running = attempts();
  const patience = async (): Promise<void> => {
    await pause(FIRST_TRY_MS, stop.signal);
    tried.resolve();
  };
  void patience();

  return {
    containers: deferred(tried.promise, () => runtime().containers),
    images: lateImages(tried.promise, () => runtime().images),
    events,
    async uuid() {
      return connected?.info().then(
        ({ uuid }) => uuid,
        () => undefined,
      );
    },
    socketPath: () => connected?.socketPath,
    async settled(milliseconds, signal) {
      const settled = new AbortController();
      await Promise.race([first.promise, pause(milliseconds, AbortSignal.any([stop.signal, signal, settled.signal]))]);
      settled.abort();
    },
    problem: () => (connected === undefined ? failure : undefined),
    async [Symbol.asyncDispose]() {
      stop.abort();
      await running;
      heard?.[Symbol.dispose]();
      connected?.[Symbol.dispose]();
    },
  };
}

/** Ends early, and without an error, when the signal aborts. */
async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await delay(milliseconds, undefined, { signal }).catch(() => undefined);
}

/** A port whose every method is asynchronous, on a target that may come later: a missing one rejects, and never throws. */
function deferred<T extends object>(tried: Promise<void>, target: () => T): T {
  const call =
    (name: PropertyKey) =>
    async (...args: unknown[]): Promise<unknown> => {
      await tried;
      const port = target();
      const method = Reflect.get(port, name) as (...args: unknown[]) => unknown;
      return method.apply(port, args);
    };
  // A port with `then` would be taken for a promise.
  return new Proxy({} as T, { get: (_, name) => (name === 'then' ? undefined : call(name)) });
}

/** `contentOf` answers at once, and only its calls wait. */
function lateImages(tried: Promise<void>, target: () => Images): Images {
  const images = deferred(tried, target);
  const contentOf = (record: ImageRecord): ContentProxy => {
    let content: ContentProxy | undefined;
    return {
      methods: READ_METHODS,
      async *call(method, requests, signal) {
        await tried;
        content ??= target().contentOf(record);
        yield* content.call(method, requests, signal);
      },
    };
  };
  return new Proxy(images, {
    get: (port, name): unknown => (name === 'contentOf' ? contentOf : Reflect.get(port, name)),
  });
}

/** Listeners from before the first connection hear of it. */
class LateEvents implements RuntimeEvents {
  readonly #waiting = new Map<(event: RuntimeEvent) => void, Disposable | undefined>();
  #events: RuntimeEvents | undefined;

  get connected(): boolean {
    return this.#events?.connected ?? false;
  }

  subscribe(listener: (event: RuntimeEvent) => void): Disposable {
    this.#waiting.set(listener, this.#events?.subscribe(listener));
    return {
      [Symbol.dispose]: () => {
        this.#waiting.get(listener)?.[Symbol.dispose]();
        this.#waiting.delete(listener);
      },
    };
  }

  follow(events: RuntimeEvents): void {
    this.#events = events;
    for (const listener of this.#waiting.keys()) this.#waiting.set(listener, events.subscribe(listener));
  }
}
