import type { ServedResource } from './resource.ts';

/** Where a resource is served. */
export interface ResourcePlace {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
}

/**
 * The run-time table of resources: built-in kinds and ours from the start, custom ones as they come and go. A change
 * is visible to routing, discovery and OpenAPI in the same instant, because all of them read this table.
 */
export interface Registry {
  /** Adds, or replaces what is at the same group, version and plural. */
  add(resource: ServedResource): void;
  remove(place: ResourcePlace): void;
  /** Several changes as one: nobody sees some without the others. Replaced resources keep their place in the order. */
  change(change: { readonly remove?: readonly ResourcePlace[]; readonly add?: readonly ServedResource[] }): void;
  find(group: string, version: string, plural: string): ServedResource | undefined;
  /** By Kind instead of plural. */
  findKind(group: string, version: string, kind: string): ServedResource | undefined;
  /** In the order in which they were added. */
  all(): readonly ServedResource[];
  /** Called after each change, synchronously; must be quick and must not throw. */
  subscribe(listener: () => void): Disposable;
  /** Raised by every change: what is derived from the table can be kept until it moves. */
  readonly generation: number;
}

const keyOf = (group: string, version: string, name: string): string => `${group}/${version}/${name}`;

export function createRegistry(): Registry {
  const byPlural = new Map<string, ServedResource>();
  const listeners = new Set<() => void>();
  let list: readonly ServedResource[] | undefined;
  let byKind: ReadonlyMap<string, ServedResource> | undefined;
  let generation = 0;
  const all = (): readonly ServedResource[] => (list ??= [...byPlural.values()]);
  const change: Registry['change'] = ({ remove = [], add = [] }) => {
    for (const { group, version, plural } of remove) byPlural.delete(keyOf(group, version, plural));
    for (const resource of add) {
      const { group, version, plural } = resource.definition;
      byPlural.set(keyOf(group, version, plural), resource);
    }
    list = undefined;
    byKind = undefined;
    generation++;
    for (const listener of listeners) listener();
  };
  return {
    change,
    add: (resource) => change({ add: [resource] }),
    remove(place) {
      if (byPlural.has(keyOf(place.group, place.version, place.plural))) change({ remove: [place] });
    },
    find: (group, version, plural) => byPlural.get(keyOf(group, version, plural)),
    findKind(group, version, kind) {
      byKind ??= indexKinds(all());
      return byKind.get(keyOf(group, version, kind));
    },
    all,
    subscribe(listener) {
      listeners.add(listener);
      return { [Symbol.dispose]: () => void listeners.delete(listener) };
    },
    get generation() {
      return generation;
    },
  };
}

/** Where two resources have the same kind, the earlier one counts. */
function indexKinds(resources: readonly ServedResource[]): ReadonlyMap<string, ServedResource> {
  return new Map(
    resources.toReversed().map((resource) => {
      const { group, version, kind } = resource.definition;
      return [keyOf(group, version, kind), resource];
    }),
  );
}
