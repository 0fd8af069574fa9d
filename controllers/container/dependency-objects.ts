import type { ContainerDependsOn } from '../../schemas/gen/types.ts';
import type { KubeObject } from '../../schemas/object.ts';
import type { EventSource, Reader } from '../engine/contract.ts';
import type { Informers, InformerLease } from '../engine/informers.ts';
import { groupOf, keyOf, kindKey, objectKey, type Key } from '../engine/keys.ts';
import type { ServedKind, ServedKinds } from '../engine/served-kinds.ts';

const CONTAINER = { apiVersion: 'tsmoby.dev/v1alpha1', kind: 'Container' } as const;
const OUR_GROUP = 'tsmoby.dev';

/** Index of Containers by what they depend on, any of its namespaces: `<kind>/<name>`, and `<kind>` alone. */
export const DEPENDENCY_INDEX = 'dependency';
export const dependencyNames = (dependsOn: readonly ContainerDependsOn[] = []): readonly string[] => [
  ...new Set(dependsOn.flatMap(({ kind, name }) => [kind, `${kind}/${name}`])),
];

/** What is known of an object that a Container depends on. */
export type Found =
  | { readonly type: 'found'; readonly object: KubeObject; readonly hasConditions: boolean }
  | { readonly type: 'missing' }
  /** Nobody serves the kind, or its objects are still being listed. */
  | { readonly type: 'unknown'; readonly why: string };

interface Open {
  readonly kind: ServedKind;
  readonly lease: InformerLease;
  readonly held: DisposableStack;
  synced: boolean;
}

interface Started {
  readonly enqueue: (key: Key) => void;
  readonly reader: Reader;
  readonly informers: Informers;
}

/**
 * Objects of any kind that Containers depend on. A kind is followed from the first look at one of its objects until no Container
 * names it any more; each change of an object wakes those who depend on it. Kinds that come later wake those who wait for them.
 */
export class DependencyObjects implements EventSource {
  readonly #kinds: ServedKinds;
  readonly #open = new Map<string, Open>();
  #started: Started | undefined;

  constructor(kinds: ServedKinds) {
    this.#kinds = kinds;
  }

  start(enqueue: Started['enqueue'], reader: Reader, informers: Informers): Disposable {
    this.#started = { enqueue, reader, informers };
    const held = new DisposableStack();
    held.use(this.#kinds.subscribe(() => this.#kindsChanged()));
    for (const { kind } of this.#kinds.current()) if (this.#users(kind).length > 0) this.#followNamed({ kind });
    const own = held.use(informers.open(CONTAINER));
    held.use(own.informer.subscribe(({ previous, type, object }) => this.#containerChanged(type, object, previous)));
    held.defer(() => {
      this.#started = undefined;
      for (const key of this.#open.keys()) this.#close(key);
    });
    return held;
  }

  /** The object that a Container of this namespace means. */
  find({ kind: name, apiVersion, name: objectName }: ContainerDependsOn, namespace: string): Found {
    const kind = this.kindOf(name, apiVersion);
    if (kind === undefined) {
      return { type: 'unknown', why: `there is no kind ${apiVersion === undefined ? name : `${apiVersion} ${name}`}` };
    }
    const open = this.#follow(kind);
    if (open === undefined || !open.synced) return { type: 'unknown', why: `objects of kind ${name} are being listed` };
    const object = open.lease.informer.get(objectKey(kind.namespaced ? namespace : undefined, objectName));
    return object === undefined
      ? { type: 'missing' }
      : { type: 'found', object, hasConditions: kind.hasConditions ?? false };
  }

  /** Followed early, so that the first pass finds its objects. */
  #followNamed({ kind, apiVersion }: Pick<ContainerDependsOn, 'kind' | 'apiVersion'>): void {
    const served = this.kindOf(kind, apiVersion);
    if (served !== undefined) this.#follow(served);
  }

  /** The kind that is meant: by group where that is given; else ours, then the first. The version is the one that is followed. */
  kindOf(name: string, apiVersion: string | undefined): ServedKind | undefined {
    const named = this.#kinds.current().filter(({ kind }) => kind === name);
    if (apiVersion !== undefined) return named.find((kind) => groupOf(kind.apiVersion) === groupOf(apiVersion));
    return named.find((kind) => groupOf(kind.apiVersion) === OUR_GROUP) ?? named[0];
  }

  #follow(kind: ServedKind): Open | undefined {
    const key = kindKey(kind);
    const there = this.#open.get(key);
    if (there !== undefined || this.#started === undefined) return there;
    const held = new DisposableStack();
    const lease = held.use(this.#started.informers.open(kind));
    held.use(lease.informer.subscribe(({ object }) => this.#objectChanged(object)));
    const open: Open = { kind, lease, held, synced: false };
    this.#open.set(key, open);
    void this.#synced(key, open);
    return open;
  }

  async #synced(key: string, open: Open): Promise<void> {
    await open.lease.synced;
    open.synced = true;
    if (this.#open.get(key) === open) this.#wake(open.kind.kind);
  }

  #objectChanged({ kind, metadata }: KubeObject): void {
    this.#wake(`${kind}/${metadata.name}`, metadata.namespace);
  }

  /** A cluster-scoped object may be meant from any namespace. */
  #wake(value: string, namespace?: string): void {
    for (const user of this.#users(value, namespace)) this.#started?.enqueue(keyOf(user));
  }

  #users(value: string, namespace?: string): readonly KubeObject[] {
    const query = { ...(namespace === undefined ? {} : { namespace }), index: { name: DEPENDENCY_INDEX, value } };
    return this.#started?.reader.list(CONTAINER, query) ?? [];
  }

  #kindsChanged(): void {
    const served = this.#kinds.current();
    const keys = new Set(served.map(kindKey));
    for (const [key, { kind }] of this.#open) {
      if (keys.has(key)) continue;
      this.#close(key);
      this.#wake(kind.kind);
    }
    // A kind that is new may be what somebody waits for.
    for (const kind of served) {
      if (this.#open.has(kindKey(kind)) || this.#users(kind.kind).length === 0) continue;
      this.#followNamed(kind);
      this.#wake(kind.kind);
    }
  }

  /** Kinds that this one was the last to name are let go of. */
  #containerChanged(type: string, object: KubeObject, previous: KubeObject | undefined): void {
    if (type !== 'DELETED') for (const named of dependenciesOf(object)) this.#followNamed(named);
    const former = new Set(dependenciesOf(previous ?? object).map(({ kind }) => kind));
    for (const [key, { kind }] of former.size === 0 ? [] : this.#open) {
      if (former.has(kind.kind) && this.#users(kind.kind).length === 0) this.#close(key);
    }
  }

  #close(key: string): void {
    this.#open.get(key)?.held.dispose();
    this.#open.delete(key);
  }
}

function dependenciesOf(object: KubeObject): readonly ContainerDependsOn[] {
  const { spec } = object as { readonly spec?: { readonly dependsOn?: readonly ContainerDependsOn[] } };
  return spec?.dependsOn ?? [];
}
