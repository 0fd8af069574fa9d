import type { KindRef, KubeObject } from '../../schemas/object.ts';
import type { Sync } from '../../schemas/gen/types.ts';
import { partOf } from '../../schemas/values/apply-set/marks.ts';
import { computeStatus } from '../../schemas/values/kstatus.ts';
import { AllKinds } from '../engine/all-kinds.ts';
import type { EventSource, Key, Log, Reader } from '../engine/contract.ts';
import type { Timers } from '../engine/environment.ts';
import type { Informers } from '../engine/informers.ts';
import { itemKey, parseItemKey } from '../engine/item-key.ts';
import { keyOf, objectKey, parseKey } from '../engine/keys.ts';
import type { ObjectChange } from '../engine/object-view.ts';
import type { ServedKind, ServedKinds } from '../engine/served-kinds.ts';
import { inSlices } from '../engine/slices.ts';
import { idOf, SYNC, type ObjectId } from './names.ts';
import { standOf } from './stand.ts';

interface Known {
  /** Of the ApplySet. */
  readonly set: string;
  readonly stand: string;
  readonly health: string;
}

/** A member by its name. */
export interface MemberRef extends KindRef {
  readonly metadata: { readonly namespace?: string; readonly name: string };
}

/** Changes of health come in bursts; a Sync looks at most so often, and at once at everything else. */
const HEALTH_MS = 200;

/**
 * The objects of all kinds, by the ApplySet that they are members of. A change of one wakes its Sync: at once when somebody may have changed what was
 * applied, soon when only its health is another one, and not at all otherwise.
 */
export class Members {
  readonly #kinds: ServedKinds;
  readonly #timers: Timers;
  readonly #log: Log;
  /** Item keys of members with what they name, by ApplySet. */
  readonly #sets = new Map<string, Map<string, MemberRef>>();
  readonly #known = new Map<string, Known>();
  /** Of ApplySets that are asked for: members to which something happened since the last time. */
  readonly #changed = new Map<string, Set<ObjectId>>();
  /** Objects of others that a Sync waits for. */
  readonly #awaited = new Map<ObjectId, Set<Key>>();
  readonly #soon = new Map<Key, Disposable>();
  #wakingAll: NodeJS.Immediate | undefined;
  #all: AllKinds | undefined;
  #reader: Reader | undefined;
  #enqueue: (key: Key) => void = () => undefined;

  constructor(kinds: ServedKinds, timers: Timers, log: Log) {
    this.#kinds = kinds;
    this.#timers = timers;
    this.#log = log;
  }

  readonly source: EventSource = {
    start: (enqueue, reader, informers) => this.#start(enqueue, reader, informers),
  };

  /** Nothing is hidden from us. Before that, what is not seen may be there all the same. */
  get ready(): boolean {
    return this.#all?.ready === true;
  }

  /** All members of an ApplySet, those that are being deleted too. */
  of(set: string): readonly KubeObject[] {
    return this.refs(set).flatMap(
      (ref) => this.#all?.find(ref)?.informer.get(objectKey(ref.metadata.namespace, ref.metadata.name)) ?? [],
    );
  }

  /** The same without looking at the objects, which costs next to nothing. */
  refs(set: string): readonly MemberRef[] {
    return [...(this.#sets.get(set)?.values() ?? [])];
  }

  /** Members that came, changed or went since the last call; undefined: nobody knows. */
  takeChanged(set: string): ReadonlySet<ObjectId> | undefined {
    const changed = this.#changed.get(set);
    this.#changed.set(set, new Set());
    return changed;
  }

  /** Nobody will ask any more. */
  dropChanged(set: string): void {
    this.#changed.delete(set);
  }

  /** The object as it stands, in whatever version it is followed. */
  find(ref: KindRef, namespace: string | undefined, name: string): KubeObject | undefined {
    return this.#all?.find(ref)?.informer.get(objectKey(namespace, name));
  }

  /** Just these, which are no members, wake the Sync when something happens to them. */
  awaitObjects(key: Key, ids: ReadonlySet<ObjectId>): void {
    for (const [id, keys] of this.#awaited) {
      if (ids.has(id) || !keys.delete(key) || keys.size > 0) continue;
      this.#awaited.delete(id);
    }
    for (const id of ids) {
      const keys = this.#awaited.get(id);
      if (keys === undefined) this.#awaited.set(id, new Set([key]));
      else keys.add(key);
    }
  }

  /** Another look, soon. */
  wakeSoon(key: Key, afterMs = HEALTH_MS): void {
    if (this.#soon.has(key)) return;
    this.#soon.set(
      key,
      this.#timers.after(afterMs, () => {
        this.#soon.delete(key);
        this.#enqueue(key);
      }),
    );
  }

  wake(key: Key): void {
    this.#enqueue(key);
  }

  #start(enqueue: (key: Key) => void, reader: Reader, informers: Informers): Disposable {
    this.#enqueue = enqueue;
    this.#reader = reader;
    const all = new AllKinds({
      kinds: this.#kinds,
      informers,
      log: this.#log,
      skip: ({ kind }) => kind === 'Event',
      opened: (kind, informer, signal) => this.#opened(kind, informer, signal),
      changed: (change, kind) => this.#onChange(change, kind),
    });
    this.#all = all;
    return {
      [Symbol.dispose]: () => {
        this.#enqueue = () => undefined;
        all[Symbol.dispose]();
        this.#all = undefined;
        clearImmediate(this.#wakingAll);
        this.#wakingAll = undefined;
        for (const timer of this.#soon.values()) timer[Symbol.dispose]();
        this.#soon.clear();
        this.#sets.clear();
        this.#known.clear();
        this.#changed.clear();
      },
    };
  }

  async #opened(
    kind: ServedKind,
    informer: { keys(): Iterable<Key>; get(key: Key): KubeObject | undefined },
    signal: AbortSignal,
  ): Promise<void> {
    // What went while nobody looked, nobody is told of.
    this.#changed.clear();
    await inSlices(
      informer.keys(),
      (key) => {
        const object = informer.get(key);
        if (object !== undefined) this.#note(itemKey(kind, key), object);
      },
      signal,
    );
    this.#wakeAll();
  }

  /** Whoever waited for all kinds, or for an object of one; on the next turn, when that kind counts as ready. */
  #wakeAll(): void {
    // Who has stopped reads no more: the caches may be closed on the next turn, and nobody would catch what they throw.
    if (this.#all === undefined) return;
    this.#wakingAll ??= setImmediate(() => {
      this.#wakingAll = undefined;
      for (const sync of this.#reader?.list<Sync>(SYNC) ?? []) this.#enqueue(keyOf(sync));
    });
  }

  #onChange({ type, object }: ObjectChange, kind: ServedKind): void {
    const item = itemKey(kind, keyOf(object));
    const before = this.#known.get(item);
    if (type === 'DELETED') this.#forget(item);
    else this.#note(item, object);
    const now = this.#known.get(item);
    for (const key of this.#awaited.get(idOf(object)) ?? []) this.#enqueue(key);
    const isSame = before?.set === now?.set && before?.stand === now?.stand;
    for (const set of new Set([before?.set, now?.set])) {
      for (const sync of set === undefined ? [] : this.#syncsOf(set)) {
        if (!isSame) this.#enqueue(keyOf(sync));
        else if (before?.health !== now?.health || sync.spec.readyExprs !== undefined) this.wakeSoon(keyOf(sync));
      }
    }
  }

  #syncsOf(set: string): readonly Sync[] {
    return this.#reader?.list<Sync>(SYNC, { index: { name: 'applySet', value: set } }) ?? [];
  }

  #note(item: string, object: KubeObject): void {
    const set = partOf(object);
    if (set === undefined) {
      this.#forget(item);
      return;
    }
    this.#changed.get(set)?.add(idOf(object));
    const before = this.#known.get(item);
    if (before !== undefined && before.set !== set) this.#forget(item);
    const { state, message } = computeStatus(object);
    this.#known.set(item, { set, stand: standOf(object), health: state === 'Current' ? state : `${state} ${message}` });
    const members = this.#sets.get(set);
    if (members?.has(item) === true) return;
    const { kind, key } = parseItemKey(item);
    const ref = { ...kind, metadata: parseKey(key) };
    if (members === undefined) this.#sets.set(set, new Map([[item, ref]]));
    else members.set(item, ref);
  }

  #forget(item: string): void {
    const known = this.#known.get(item);
    if (known === undefined) return;
    this.#known.delete(item);
    const members = this.#sets.get(known.set);
    const ref = members?.get(item);
    if (ref !== undefined) this.#changed.get(known.set)?.add(idOf(ref));
    members?.delete(item);
    if (members?.size === 0) this.#sets.delete(known.set);
  }
}
