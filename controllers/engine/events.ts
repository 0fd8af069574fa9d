import { ApiError, isReason, type Client } from '../../client/client.ts';
import type { ObjectInput } from '../../schemas/object.ts';
import type { Clock, Log, Timers } from './environment.ts';
import { EventSeries, type Happening, type Series } from './event-series.ts';
import { timestamp } from './timestamp.ts';
import { within } from './timers.ts';

/** Events wait this long before they are written: what must happen fast goes first, and a burst becomes one write. */
const GATHER_MS = 250;
/** Until the next try when the server cannot take them. */
const RETRY_MS = 5000;
const PARALLEL_WRITES = 4;
/** Of the object's name in the Event's name, which also holds a time and must fit 253 characters. */
const MAX_NAME_PREFIX = 220;

export interface EventRecorderOptions {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: () => number;
  readonly log: Log;
  /** The client of one component. */
  readonly clientOf: (component: string) => Client;
}

/**
 * Writes core/v1 Events: fire and forget. `record` never blocks and never throws; whatever becomes of an Event, the
 * work that it tells of goes on.
 */
export class EventRecorder {
  readonly #options: EventRecorderOptions;
  readonly #series = new EventSeries();
  readonly #pending = new Set<Series>();
  readonly #stop = new AbortController();
  #timer: Disposable | undefined;
  #writing: Promise<void> | undefined;

  constructor(options: EventRecorderOptions) {
    this.#options = options;
  }

  record(happening: Happening): void {
    if (this.#stop.signal.aborted) return;
    this.#pending.add(this.#series.count(happening, this.#options.clock.now()));
    this.#bound();
    this.#arm(GATHER_MS);
  }

  /** Writes what waits and takes no more; gives up after `deadlineMs`. */
  async close(deadlineMs: number): Promise<void> {
    const { timers, log } = this.#options;
    this.#disarm();
    const last = (this.#writing ?? Promise.resolve()).then(() => this.#writePending());
    if (!(await within(timers, deadlineMs, last)))
      log.warn({ events: this.#pending.size }, 'events were left unwritten');
    this.#stop.abort();
    this.#disarm();
    this.#pending.clear();
  }

  #disarm(): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
  }

  /** Memory stays bounded when the server is away for long: the oldest go first. */
  #bound(): void {
    if (this.#pending.size <= 1024) return;
    for (const oldest of this.#pending) {
      this.#pending.delete(oldest);
      break;
    }
  }

  #arm(delayMs: number): void {
    if (this.#stop.signal.aborted || this.#writing || this.#timer) return;
    this.#timer = this.#options.timers.after(delayMs, () => {
      this.#timer = undefined;
      this.#writing = this.#writeAndGoOn();
    });
  }

  async #writeAndGoOn(): Promise<void> {
    const failed = await this.#writePending();
    this.#writing = undefined;
    if (this.#pending.size > 0) this.#arm(failed ? RETRY_MS : GATHER_MS);
  }

  /** Says whether some must be tried again. */
  async #writePending(): Promise<boolean> {
    const batch = [...this.#pending].values();
    this.#pending.clear();
    const failed: Series[] = [];
    const worker = async (): Promise<void> => {
      for (const series of batch) {
        if (this.#stop.signal.aborted) return;
        if (series.count === series.written || !this.#series.mayWrite(series, this.#options.clock.now())) continue;
        if (!(await this.#write(series))) failed.push(series);
      }
    };
    await Promise.all(Array.from({ length: PARALLEL_WRITES }, worker));
    for (const series of failed) this.#pending.add(series);
    return failed.length > 0;
  }

  /** False when it is worth another try. */
  async #write(series: Series): Promise<boolean> {
    const { clientOf, log } = this.#options;
    const count = series.count;
    try {
      const client = clientOf(series.first.component);
      if (series.name === undefined || !(await this.#patch(client, series, series.name)))
        await this.#create(client, series);
      series.written = count;
      return true;
    } catch (error) {
      const refused = error instanceof ApiError && error.code >= 400 && error.code < 500 && error.code !== 429;
      log.debug({ reason: series.first.reason, error, refused }, 'an event could not be written');
      return refused;
    }
  }

  /** False when the Event object has gone: its time was over. */
  async #patch(client: Client, series: Series, name: string): Promise<boolean> {
    const ref = { apiVersion: 'v1', kind: 'Event', namespace: namespaceOf(series), name };
    const patch = { count: series.count, lastTimestamp: timestamp(series.lastSeen), message: series.message };
    try {
      await client.patch(ref, patch, { type: 'merge', signal: this.#stop.signal });
      return true;
    } catch (error) {
      if (isReason(error, 'NotFound')) return false;
      throw error;
    }
  }

  async #create(client: Client, series: Series): Promise<void> {
    const event = eventOf(series, this.#uniqueSuffix());
    await client.create(event, { signal: this.#stop.signal });
    series.name = event.metadata.name;
  }

  /** Sorts by time, and differs between events of one millisecond. */
  #uniqueSuffix(): string {
    const { clock, random } = this.#options;
    return (BigInt(clock.now()) * 1_000_000n + BigInt(Math.floor(random() * 1_000_000))).toString(16);
  }
}

/** Events of cluster-scoped objects live in `default`. */
const namespaceOf = (series: Series): string => series.first.object.metadata.namespace ?? 'default';

/** The core/v1 Event of a series. */
function eventOf(series: Series, suffix: string) {
  const { component, object, type, reason } = series.first;
  const { name, namespace, uid, resourceVersion } = object.metadata;
  const prefix = name.slice(0, MAX_NAME_PREFIX).replace(/[-.]+$/, '');
  const where = namespace === undefined ? {} : { namespace };
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: `${prefix}.${suffix}`, namespace: namespaceOf(series) },
    involvedObject: { apiVersion: object.apiVersion, kind: object.kind, ...where, name, uid, resourceVersion },
    type,
    reason,
    message: series.message,
    source: { component },
    reportingComponent: component,
    reportingInstance: '',
    firstTimestamp: timestamp(series.firstSeen),
    lastTimestamp: timestamp(series.lastSeen),
    count: series.count,
  } satisfies ObjectInput & Record<string, unknown>;
}
