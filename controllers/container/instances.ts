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
  readonly #stale = new Set<string>();
  #listed: Promise<void> | undefined;

  constructor(containers: Containers, events: RuntimeEvents) {
    this.#containers = containers;
    this.#events = events;
  }

  /** The owner's instances, asked again where an event said so. Rejects with Unavailable while the runtime is away. */
  async of(uid: string, signal: AbortSignal): Promise<readonly InstanceState[]> {
    if (!this.#events.connected) {
      throw new RuntimeError('Unavailable', 'containerd does not answer', { reason: REASONS.RuntimeUnavailable });
    }
    await this.list();
    const stale = [...this.#stale].filter((id) => ownerOf(id) === uid);
    await Promise.all(stale.map((id) => this.#refresh(id, signal)));
    return [...(this.#byOwner.get(uid)?.values() ?? [])];
  }

  /** Every instance of ours, as last seen. */
  async all(): Promise<readonly InstanceState[]> {
    await this.list();
    return [...this.#byOwner.values()].flatMap((instances) => [...instances.values()]);
  }

  /** Lists once, until `forget`; callers at the same time share the call. */
  list(): Promise<void> {
    this.#listed ??= this.#list().catch((error: unknown) => {
      this.#listed = undefined;
      throw error;
    });
    return this.#listed;
  }

  /** The connection was lost: whatever is known may be old. */
  forget(): void {
    this.#listed = undefined;
  }

  /** An event named this instance. */
  changed(id: string): void {
    this.#stale.add(id);
  }

  /** We made it so ourselves. */
  put(instance: InstanceState): void {
    const uid = ownerOf(instance.id);
    const instances = this.#byOwner.get(uid) ?? new Map<string, InstanceState>();
    this.#byOwner.set(uid, instances.set(instance.id, instance));
  }

  /** We started its process ourselves. */
  taskStarted(id: string, pid: number): void {
    const instance = this.#byOwner.get(ownerOf(id))?.get(id);
    if (instance !== undefined) this.put({ ...instance, task: { status: 'running', pid } });
  }

  /** We deleted its task ourselves. */
  taskDeleted(id: string): void {
    const instance = this.#byOwner.get(ownerOf(id))?.get(id);
    if (instance === undefined) return;
    const { task: _, ...rest } = instance;
    this.put(rest);
  }

  /** We deleted it ourselves. */
  remove(id: string): void {
    const uid = ownerOf(id);
    const instances = this.#byOwner.get(uid);
    instances?.delete(id);
    if (instances?.size === 0) this.#byOwner.delete(uid);
  }

  async #refresh(id: string, signal: AbortSignal): Promise<void> {
    this.#stale.delete(id);
    try {
      const found = await this.#containers.get(id, signal);
      if (found === undefined) this.remove(id);
      else this.put(found);
    } catch (error) {
      this.#stale.add(id);
      throw error;
    }
  }

  async #list(): Promise<void> {
    // What changes while the list is made is asked again one by one.
    this.#stale.clear();
    const found = await this.#containers.list();
    this.#byOwner.clear();
    for (const instance of found) this.put(instance);
  }
}

/** The uid of the object an instance belongs to: ids are `<uid>-<revision>`. */
export const ownerOf = (id: string): string => id.slice(0, UID_LENGTH);
