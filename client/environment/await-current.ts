/** Waits until objects are as they are wanted, or one of them cannot become so. */
import type { KindRef, KubeObject, ObjectRef } from '../../schemas/object.ts';
import { computeStatus } from '../../schemas/values/kstatus.ts';
import type { Client } from '../client.ts';
import { follow, type FollowOptions } from '../watch/follow.ts';
import { objectSource } from '../watch/object-source.ts';
import { isDone } from './one-shot.ts';
import { hasItsPorts } from './ports.ts';

export interface NotCurrent {
  readonly ref: ObjectRef;
  /** For a person. */
  readonly message: string;
  /** As it was seen last; absent: it is not there. */
  readonly object?: KubeObject;
}

export type CurrentOutcome =
  | { readonly type: 'current' }
  /** It says that it never will be, or is not there. The others were not waited for. */
  | { readonly type: 'failed'; readonly failed: NotCurrent }
  /** The time was over. */
  | { readonly type: 'timeout'; readonly waiting: readonly NotCurrent[] };

export interface AwaitCurrentOptions extends FollowOptions {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
  /** Told of each after every change of it, before it is judged; also when it is not there. */
  readonly onSeen?: (ref: ObjectRef, object: KubeObject | undefined) => void;
  /** Told once for each, as soon as it is. */
  readonly onCurrent?: (ref: ObjectRef, object: KubeObject) => void;
}

/** What setTimeout can count. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

/**
 * Current has kstatus' meaning: its controller has seen it as it is now and says Ready; a Container that does one thing (`one-shot.ts`) has ended with 0; one that
 * serves can be reached at the ports that it publishes. Rejects with the
 * signal's reason, and with ApiError when the server refuses.
 */
export async function awaitCurrent(
  client: Client,
  refs: readonly ObjectRef[],
  options: AwaitCurrentOptions,
): Promise<CurrentOutcome> {
  const { timeoutMs, signal } = options;
  const deadline = AbortSignal.timeout(Math.min(timeoutMs, LONGEST_TIMEOUT_MS));
  const stop = new AbortController();
  const any = AbortSignal.any([deadline, stop.signal, ...(signal === undefined ? [] : [signal])]);
  const groups = [...Map.groupBy(refs, groupOf).values()].map((group) => new Group(group, options));
  let failed: NotCurrent | undefined;
  try {
    await Promise.all(
      groups.map(async (group) => {
        const one = await group.run(client, any);
        failed ??= one;
        if (failed !== undefined) stop.abort();
      }),
    );
  } catch (error) {
    // what the others were stopped for is told below
    if (!any.aborted) throw error;
  } finally {
    stop.abort();
  }
  signal?.throwIfAborted();
  if (failed !== undefined) return { type: 'failed', failed };
  const waiting = groups.flatMap((group) => group.waiting());
  return waiting.length === 0 ? { type: 'current' } : { type: 'timeout', waiting };
}

const groupOf = ({ apiVersion, kind, namespace = '' }: ObjectRef): string => `${apiVersion} ${kind} ${namespace}`;

/** Objects of one kind in one namespace: one watch. */
class Group {
  /** One that was current may fail while others are waited for. */
  readonly #refs: ReadonlyMap<string, ObjectRef>;
  readonly #open: Map<string, ObjectRef>;
  readonly #objects = new Map<string, KubeObject>();
  readonly #kind: KindRef;
  readonly #namespace: string | undefined;
  readonly #options: AwaitCurrentOptions;

  constructor(refs: readonly ObjectRef[], options: AwaitCurrentOptions) {
    const { apiVersion = '', kind = '', namespace } = refs[0] ?? {};
    this.#kind = { apiVersion, kind };
    this.#namespace = namespace;
    this.#refs = new Map(refs.map((ref) => [ref.name, ref]));
    this.#open = new Map(this.#refs);
    this.#options = options;
  }

  /** Resolves with the first that failed, or when all are current or the signal aborts. */
  async run(client: Client, signal: AbortSignal): Promise<NotCurrent | undefined> {
    const filter = this.#namespace === undefined ? {} : { namespace: this.#namespace };
    let synced = false;
    for await (const change of follow(objectSource(client, this.#kind, filter), this.#options, signal)) {
      if (change.type === 'SYNCED') synced = true;
      else if (change.type === 'DELETED') this.#objects.delete(change.item.metadata.name);
      else this.#objects.set(change.item.metadata.name, change.item);
      if (!synced) continue;
      const names = change.type === 'SYNCED' ? [...this.#open.keys()] : [change.item.metadata.name];
      for (const name of names) {
        const failed = this.#judge(name);
        if (failed !== undefined) return failed;
      }
      if (this.#open.size === 0) return undefined;
    }
    return undefined;
  }

  waiting(): readonly NotCurrent[] {
    return [...this.#open.values()].map((ref) => notCurrent(ref, this.#objects.get(ref.name)));
  }

  #judge(name: string): NotCurrent | undefined {
    const ref = this.#refs.get(name);
    if (ref === undefined) return undefined;
    const object = this.#objects.get(name);
    this.#options.onSeen?.(ref, object);
    const { state } = computeStatus(object);
    if (object !== undefined && state === 'Current' && hasItsPorts(object) && isDone(object)) {
      if (this.#open.delete(name)) this.#options.onCurrent?.(ref, object);
      return undefined;
    }
    return state === 'Failed' || state === 'NotFound' ? notCurrent(ref, object) : undefined;
  }
}

const notCurrent = (ref: ObjectRef, object: KubeObject | undefined): NotCurrent => ({
  ref,
  message: computeStatus(object).message,
  ...(object === undefined ? {} : { object }),
});
