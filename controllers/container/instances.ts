import { RuntimeError } from '../../runtime/errors.ts';
import type { Containers, InstanceState } from '../../runtime/ports/containers.ts';
import type { RuntimeEvents } from '../../runtime/ports/events.ts';
import { REASONS } from '../../schemas/conditions.ts';

/** Length of a uid, with which every instance id begins. */
const UID_LENGTH = 36;

/**
 * What the runtime holds, as it was last seen: listed once at each connection, and asked again for single instances whose events
 * tell of a change. So a Container that is new, or that nothing happened to, costs no call. It is a cache and no truth:
 * every operation below is idempotent and finds out when it was wrong.
 */
export class Instances {
  readonly #containers: Containers;
  readonly #events: RuntimeEvents;
  readonly #byOwner = new Map<string, Map<string, InstanceState>>();
  /** Ids to ask again, by owner. */
  readonly #stale = new Map<string, Set<string>>();
  /** Questions under way, by owner: whoever comes meanwhile waits for their answers. */
  readonly #asked = new Map<string, Set<Promise<unknown>>>();
  /** Ids in which the kernel took a process, and nobody was told yet. */
  readonly #outOfMemory = new Set<string>();
  #listed: Promise<void> | undefined;
  #lastList: Promise<void> = Promise.resolve();
  /** Lists under way: what we do meanwhile may be missing in them. */
  #listing = 0;

  constructor(containers: Containers, events: RuntimeEvents) {
    this.#containers = containers;
    this.#events = events;
  }

  /** The owner's instances, asked again where an event said so, by whoever came first. Rejects with Unavailable while the runtime is away. */
  async of(uid: string, signal: AbortSignal): Promise<readonly InstanceState[]> {
    if (!this.#events.connected) {
      throw new RuntimeError('Unavailable', 'containerd does not answer', { reason: REASONS.RuntimeUnavailable });
    }
    await this.#list();
    // Of one that failed or was given up the mark is back.
    for (let asked = this.#asked.get(uid); asked !== undefined; asked = this.#asked.get(uid))
      await Promise.allSettled(asked);
    signal.throwIfAborted();
    const stale = this.#stale.get(uid);
    if (stale !== undefined) await Promise.all([...stale].map((id) => this.#ask(id, signal)));
    return [...(this.#byOwner.get(uid)?.values() ?? [])];
  }

  /**
   * Lists everything anew and answers the owners of what is not as it was last seen: their instances are asked again by the
   * next `of`. Events can be lost; this finds what they would have told.
   */
  async differences(): Promise<ReadonlySet<string>> {
    await this.#list();
    const found = new Map((await this.#containers.list()).map((instance) => [instance.id, instance]));
    const known = [...this.#byOwner.values()].flatMap((instances) => [...instances.values()]);
    const changed = known.filter((instance) => !looksLike(instance, found.get(instance.id))).map(({ id }) => id);
    const unknown = [...found.keys()].filter((id) => !this.#byOwner.get(ownerOf(id))?.has(id));
    const ids = [...changed, ...unknown];
    for (const id of ids) this.changed(id);
    return new Set(ids.map(ownerOf));
  }

  /** The connection was lost: whatever is known may be old. */
  forget(): void {
    this.#listed = undefined;
  }

  /** An event named this instance. */
  changed(id: string): void {
    const uid = ownerOf(id);
    this.#stale.set(uid, (this.#stale.get(uid) ?? new Set()).add(id));
  }

  /** The kernel took a process of this instance for want of memory; its first one may run on. */
  noteOutOfMemory(id: string): void {
    this.#outOfMemory.add(id);
  }

  /** Whether that happened to its present process, until it is forgotten. */
  wasOutOfMemory(id: string): boolean {
    return this.#outOfMemory.has(id);
  }

  forgetOutOfMemory(id: string): void {
    this.#outOfMemory.delete(id);
  }

  /** We made it so ourselves. */
  put(instance: InstanceState): void {
    const uid = ownerOf(instance.id);
    const instances = this.#byOwner.get(uid) ?? new Map<string, InstanceState>();
    this.#byOwner.set(uid, instances.set(instance.id, instance));
    this.#touched(instance.id);
  }

  /** We started its process ourselves. */
  taskStarted(id: string, pid: number): void {
    const instance = this.#byOwner.get(ownerOf(id))?.get(id);
    if (instance !== undefined) this.put({ ...instance, task: { status: 'running', pid } });
  }

  /** We deleted its task ourselves. */
  taskDeleted(id: string): void {
    this.forgetOutOfMemory(id);
    const instance = this.#byOwner.get(ownerOf(id))?.get(id);
    if (instance === undefined) return;
    const { task: _, ...rest } = instance;
    this.put(rest);
  }

  /** We deleted it ourselves. */
  remove(id: string): void {
    this.forgetOutOfMemory(id);
    const uid = ownerOf(id);
    const instances = this.#byOwner.get(uid);
    instances?.delete(id);
    if (instances?.size === 0) this.#byOwner.delete(uid);
    this.#touched(id);
  }

  /** The object is gone: nothing of it is asked again. */
  release(uid: string): void {
    this.#byOwner.delete(uid);
    this.#stale.delete(uid);
  }

  #touched(id: string): void {
    if (this.#listing > 0) this.changed(id);
  }

  /** Lists once, until `forget`; callers at the same time share the call. */
  #list(): Promise<void> {
    if (this.#listed !== undefined) return this.#listed;
    // One after the other: an older list must not end after a newer one and win.
    const listed = this.#lastList.then(() => this.#listAll());
    this.#lastList = listed.catch(() => {
      if (this.#listed === listed) this.#listed = undefined;
    });
    this.#listed = listed;
    return listed;
  }

  async #listAll(): Promise<void> {
    // What changes while the list is made, by us or by others, is asked again one by one.
    this.#stale.clear();
    this.#listing += 1;
    try {
      const found = await this.#containers.list();
      this.#byOwner.clear();
      for (const instance of found) {
        const uid = ownerOf(instance.id);
        const instances = this.#byOwner.get(uid) ?? new Map<string, InstanceState>();
        this.#byOwner.set(uid, instances.set(instance.id, instance));
      }
    } finally {
      this.#listing -= 1;
    }
  }

  #ask(id: string, signal: AbortSignal): Promise<void> {
    const uid = ownerOf(id);
    const asked = this.#asked.get(uid) ?? new Set();
    const answered = this.#refresh(id, signal).finally(() => {
      asked.delete(answered);
      if (asked.size === 0) this.#asked.delete(uid);
    });
    this.#asked.set(uid, asked.add(answered));
    return answered;
  }

  async #refresh(id: string, signal: AbortSignal): Promise<void> {
    const uid = ownerOf(id);
    const stale = this.#stale.get(uid);
    stale?.delete(id);
    if (stale?.size === 0) this.#stale.delete(uid);
    try {
      const found = await this.#containers.get(id, signal);
      if (found === undefined) this.remove(id);
      else this.put(found);
    } catch (error) {
      this.changed(id);
      throw error;
    }
  }
}

/** The uid of the object an instance belongs to: ids are `<uid>-<revision>`. */
export const ownerOf = (id: string): string => id.slice(0, UID_LENGTH);

function looksLike({ task }: InstanceState, found: InstanceState | undefined): boolean {
  return found !== undefined && task?.status === found.task?.status && task?.pid === found.task?.pid;
}
