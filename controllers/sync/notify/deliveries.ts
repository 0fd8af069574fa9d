import { isRuntimeError, RuntimeError, type RuntimeErrorCode } from '../../../runtime/errors.ts';
import { backoffMs } from '../../engine/backoff.ts';
import type { Clock, Key } from '../../engine/contract.ts';
import { Waker } from '../../engine/waker.ts';

/** How far it is with a delivery. */
export type Delivery =
  /** It comes to an end, which wakes the Sync; `dueInMs`: it waits so long for another try. */
  | { readonly type: 'under way'; readonly dueInMs?: number }
  | { readonly type: 'delivered' }
  /** It failed too often, or would only fail again; `dueInMs`: until it is tried all the same. */
  | { readonly type: 'given up'; readonly dueInMs?: number };

export interface AskOptions {
  /** What was given up is tried once more each time so much has gone by. Absent: never. */
  readonly onceMoreAfterMs?: number;
}

interface Entry {
  readonly question: string;
  readonly abort: AbortController;
  running: boolean;
  tries: number;
  /** When it failed last. */
  failedAt: number;
  end?: 'delivered' | 'given up';
}

interface Channel {
  entry?: Entry;
  /** Why the last try failed; nothing after a success. */
  trouble?: string;
}

const MAX_TRIES = 10;
const LONGEST_WAIT_MS = 60_000;
/** What may be another time; anything else would be the same again. */
const MAY_HEAL: ReadonlySet<RuntimeErrorCode> = new Set([
  'Unavailable',
  'DeadlineExceeded',
  'ResourceExhausted',
  'Internal',
]);

/**
 * Things that are told to others, beside the reconciler: on each channel of a Sync one at a time and in order, again with growing waits when it fails, and not
 * for ever. All of it can be lost: what status does not say was told is told again.
 */
export class Deliveries {
  readonly #channels = new Map<Key, Map<string, Channel>>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  readonly source = new Waker(() => {
    for (const key of this.#channels.keys()) this.drop(key);
  });

  /** `question` stands for what is delivered, and to whom: another one begins anew, when what is under way has ended. */
  ask(
    key: Key,
    name: string,
    question: string,
    deliver: (signal: AbortSignal) => Promise<void>,
    { onceMoreAfterMs }: AskOptions = {},
  ): Delivery {
    const channel = this.#channelOf(key, name);
    const entry = entryOf(channel, question);
    if (entry.question !== question || entry.running) return { type: 'under way' };
    if (entry.end === 'delivered') return { type: 'delivered' };
    const waitMs = entry.end === 'given up' ? onceMoreAfterMs : backoffMs(entry.tries, LONGEST_WAIT_MS);
    if (waitMs === undefined) return { type: 'given up' };
    const dueInMs = entry.failedAt + waitMs - this.#clock.now();
    if (dueInMs > 0) return { type: entry.end ?? 'under way', dueInMs };
    entry.running = true;
    void this.#run(key, channel, entry, deliver);
    return { type: 'under way' };
  }

  /** Why what was last to be told on this channel was not. */
  trouble(key: Key, name: string): string | undefined {
    return this.#channels.get(key)?.get(name)?.trouble;
  }

  /** Only these channels are kept. */
  keep(key: Key, names: ReadonlySet<string>): void {
    const channels = this.#channels.get(key);
    for (const [name, { entry }] of channels ?? []) {
      if (names.has(name)) continue;
      entry?.abort.abort();
      channels?.delete(name);
    }
  }

  drop(key: Key): void {
    this.keep(key, new Set());
    this.#channels.delete(key);
  }

  #channelOf(key: Key, name: string): Channel {
    const channels = this.#channels.get(key) ?? new Map<string, Channel>();
    this.#channels.set(key, channels);
    const channel = channels.get(name) ?? {};
    channels.set(name, channel);
    return channel;
  }

  async #run(key: Key, channel: Channel, entry: Entry, deliver: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const { signal } = entry.abort;
    try {
      await deliver(signal);
      entry.end = 'delivered';
      delete channel.trouble;
    } catch (error) {
      const { code, message } = failureOf(error);
      entry.tries += 1;
      entry.failedAt = this.#clock.now();
      if (!MAY_HEAL.has(code) || entry.tries >= MAX_TRIES) entry.end = 'given up';
      channel.trouble = message;
    }
    entry.running = false;
    if (!signal.aborted) this.source.wake(key);
  }
}

/** The one that is under way, whatever it is of; else the one of this question. */
function entryOf(channel: Channel, question: string): Entry {
  const { entry } = channel;
  if (entry !== undefined && (entry.running || entry.question === question)) return entry;
  channel.entry = { question, abort: new AbortController(), running: false, tries: 0, failedAt: 0 };
  return channel.entry;
}

/** What anything else says is for nobody's eyes: it may tell an address or a password. */
const failureOf = (error: unknown): RuntimeError =>
  isRuntimeError(error) ? error : new RuntimeError('Internal', 'a fault of tsmoby itself', { cause: error });
