import { isReason, type Client } from '../../client/client.ts';
import type { Condition, KubeObject } from '../../schemas/object.ts';
import type { ConditionInput, StatusWriter } from './contract.ts';
import type { Clock, Log, Timers } from './environment.ts';
import { compareVersions, refOf } from './keys.ts';
import { nextStatus, type Status } from './next-status.ts';

/** Progress is for people: one write a second is as fast as they read. */
const PROGRESS_INTERVAL_MS = 1000;
/** Conflicts in a row before a write gives up; the pass is then tried again as a whole. */
const MAX_CONFLICTS = 5;

export interface ObjectStatusOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: Log;
  readonly fieldManager: string;
  /** Ends writes for good; not the pass's own signal, because what a stopped pass has seen must still be written. */
  readonly signal: AbortSignal;
  /** After each write of ours. `exact`: nobody else's change lies between the version this pass read and this one. */
  readonly onWritten: (object: KubeObject, exact: boolean) => void;
}

/**
 * What is said of one object during one pass. Changes are collected and put on the newest status that is known; a write happens
 * only when that makes a difference, and one write runs at a time.
 */
export class ObjectStatus implements StatusWriter<Record<string, unknown>>, Disposable {
  readonly #options: ObjectStatusOptions;
  readonly #fields = new Map<string, unknown>();
  readonly #conditions = new Map<string, ConditionInput | undefined>();
  readonly #generation: number | undefined;
  #base: KubeObject;
  #exact = true;
  #concluded = false;
  #memo: Status | undefined;
  #tail: Promise<void> | undefined;
  #progress: Disposable | undefined;

  constructor(object: KubeObject, options: ObjectStatusOptions) {
    this.#base = object;
    this.#generation = object.metadata.generation;
    this.#options = options;
  }

  get current(): Status {
    this.#memo ??= nextStatus(statusOf(this.#base), this.#changes(), this.#options.clock.now());
    return this.#memo;
  }

  set(fields: { readonly [name: string]: unknown }): void {
    for (const [name, value] of Object.entries(fields)) this.#fields.set(name, value);
    this.#memo = undefined;
  }

  condition(condition: ConditionInput): void {
    this.#conditions.set(condition.type, condition);
    this.#memo = undefined;
  }

  removeCondition(type: string): void {
    this.#conditions.set(type, undefined);
    this.#memo = undefined;
  }

  /** The condition as it stands, changes of this pass included. */
  find(type: string): Condition | undefined {
    return ((this.current['conditions'] ?? []) as readonly Condition[]).find((condition) => condition.type === type);
  }

  /** The pass is over: from now on status.observedGeneration says which generation it worked on. */
  conclude(): void {
    this.#concluded = true;
    this.#memo = undefined;
  }

  /** A newer version of the object, from a write of the pass itself. */
  rebase(object: KubeObject): void {
    const { uid, resourceVersion } = this.#base.metadata;
    if (object.metadata.uid !== uid || compareVersions(object.metadata.resourceVersion, resourceVersion) <= 0) return;
    this.#base = object;
    this.#memo = undefined;
  }

  flush(): Promise<void> {
    this.#cancelProgress();
    const before = this.#tail;
    if (before === undefined && !this.#differs()) return Promise.resolve();
    const write = (before ?? Promise.resolve()).catch(() => undefined).then(() => this.#write());
    const tail = write.finally(() => {
      if (this.#tail === tail) this.#tail = undefined;
    });
    this.#tail = tail;
    return tail;
  }

  progress(): void {
    this.#progress ??= this.#options.timers.after(PROGRESS_INTERVAL_MS, () => {
      this.#progress = undefined;
      this.flush().catch((error: unknown) => this.#options.log.debug({ error }, 'progress could not be written'));
    });
  }

  /** Forgets progress that was not written yet. */
  [Symbol.dispose](): void {
    this.#cancelProgress();
  }

  #cancelProgress(): void {
    this.#progress?.[Symbol.dispose]();
    this.#progress = undefined;
  }

  #changes() {
    return {
      fields: this.#fields,
      conditions: this.#conditions,
      generation: this.#generation,
      concluded: this.#concluded,
    };
  }

  #differs(): boolean {
    return this.current !== statusOf(this.#base);
  }

  async #write(): Promise<void> {
    const { client, fieldManager, signal, log } = this.#options;
    for (let conflicts = 0; this.#differs(); conflicts += 1) {
      try {
        const object = { ...this.#base, status: this.current } as KubeObject;
        const onWarning = (text: string): void => log.warn({ warning: text }, 'the API server warned about a status');
        this.#wrote(await client.updateStatus(object, { fieldManager, signal, onWarning }));
        return;
      } catch (error) {
        if (!isReason(error, 'Conflict') || conflicts >= MAX_CONFLICTS) throw error;
        const live = await client.get<KubeObject>(refOf(this.#base), { signal });
        if (live.metadata.uid !== this.#base.metadata.uid) throw error;
        this.#exact = false;
        this.#base = live;
        this.#memo = undefined;
      }
    }
  }

  #wrote(object: KubeObject): void {
    this.#base = object;
    this.#memo = undefined;
    this.#options.onWritten(object, this.#exact);
  }
}

const NO_STATUS: Status = Object.freeze({});

const statusOf = (object: KubeObject): Status => (object as { readonly status?: Status }).status ?? NO_STATUS;
