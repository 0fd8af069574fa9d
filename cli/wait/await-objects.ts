/** Waits for many objects at once, with one watch for each kind and namespace. */
import type { KubeObject } from '../../schemas/object.ts';
import type { Session } from '../connect/session.ts';
import type { Io } from '../io.ts';
import { refOf, resourceOf, type KindInfo } from '../kinds/directory.ts';
import { follow } from '../watch/follow.ts';
import { objectSource } from '../../client/watch/object-source.ts';

/** One object that is waited for. */
export interface Awaited {
  readonly kind: KindInfo;
  readonly namespace?: string;
  readonly name: string;
}

/** `met` and `failed` are final; `line` is what a person is told. */
export type Verdict =
  { readonly state: 'met' } | { readonly state: 'pending' } | { readonly state: 'failed'; readonly line: string };

export const MET: Verdict = { state: 'met' };
export const PENDING: Verdict = { state: 'pending' };

export interface AwaitOptions {
  /** Of an object as it is now; undefined: it is not there. */
  judge(object: KubeObject | undefined, awaited: Awaited): Verdict;
  /** Told of each after every change of it, before it is judged; also when it is not there. */
  onSeen?(awaited: Awaited, object: KubeObject | undefined): void;
  /** 0: look once. */
  readonly timeoutMs: number;
  /** Told once for each, in the order in which they are met. */
  onMet(awaited: Awaited): void;
}

/** How the waiting for one object ended. */
export interface Unmet {
  readonly awaited: Awaited;
  readonly why: 'timeout' | { readonly line: string };
  /** As it was seen last; undefined: it was not there, or nothing was seen. */
  readonly last: KubeObject | undefined;
  /** Whether the server told what is there before the time was over. */
  readonly looked: boolean;
}

/** What setTimeout can count. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;
const LOOK_ONCE_MS = 30_000;

/** Resolves with those that are not met; rejects when the server refuses or cannot be reached at first. */
export async function awaitObjects(
  session: Session,
  io: Io,
  awaited: readonly Awaited[],
  options: AwaitOptions,
): Promise<readonly Unmet[]> {
  const groups = Map.groupBy(awaited, ({ kind, namespace }) => `${resourceOf(kind)} ${namespace ?? ''}`);
  const deadline = AbortSignal.timeout(Math.min(options.timeoutMs || LOOK_ONCE_MS, LONGEST_TIMEOUT_MS));
  const stop = new AbortController();
  const signal = AbortSignal.any([io.signal, deadline, stop.signal]);
  try {
    const unmet = await Promise.all(
      [...groups.values()].map((group) => new Group(group, options).run(session, io, signal)),
    );
    io.signal.throwIfAborted();
    return unmet.flat();
  } finally {
    stop.abort();
  }
}

class Group {
  readonly #open: Map<string, Awaited>;
  readonly #objects = new Map<string, KubeObject>();
  readonly #options: AwaitOptions;
  readonly #failed: Unmet[] = [];
  readonly #first: Awaited | undefined;

  constructor(group: readonly Awaited[], options: AwaitOptions) {
    this.#open = new Map(group.map((one) => [one.name, one]));
    this.#first = group[0];
    this.#options = options;
  }

  async run(session: Session, io: Io, signal: AbortSignal): Promise<readonly Unmet[]> {
    if (this.#first === undefined) return [];
    const { kind, namespace } = this.#first;
    const filter = {
      ...(namespace === undefined ? {} : { namespace }),
      ...(this.#open.size === 1 ? { fieldSelector: `metadata.name=${this.#first.name}` } : {}),
    };
    let synced = false;
    try {
      for await (const change of follow(objectSource(session.client, refOf(kind), filter), io, signal)) {
        if (change.type === 'SYNCED') {
          synced = true;
          for (const name of this.#open.keys()) this.#judge(name);
        } else {
          const { name } = change.item.metadata;
          if (change.type === 'DELETED') this.#objects.delete(name);
          else this.#objects.set(name, change.item);
          if (synced) this.#judge(name);
        }
        if (synced && (this.#open.size === 0 || this.#options.timeoutMs === 0)) break;
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
    const late = [...this.#open.values()].map((awaited): Unmet => ({
      awaited,
      why: 'timeout',
      last: this.#objects.get(awaited.name),
      looked: synced,
    }));
    return [...this.#failed, ...late];
  }

  #judge(name: string): void {
    const awaited = this.#open.get(name);
    if (awaited === undefined) return;
    const last = this.#objects.get(name);
    this.#options.onSeen?.(awaited, last);
    const verdict = this.#options.judge(last, awaited);
    if (verdict.state === 'pending') return;
    this.#open.delete(name);
    if (verdict.state === 'met') this.#options.onMet(awaited);
    else this.#failed.push({ awaited, why: { line: verdict.line }, last, looked: true });
  }
}
