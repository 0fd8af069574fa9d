import type { ServedResource } from './resource.ts';

/**
 * The run-time table of resources: built-in kinds and ours from the start, custom ones as they come and go. A change
 * is visible to routing, discovery and OpenAPI in the same instant, because all of them read this table.
 */
export interface Registry {
  /** Adds, or replaces what is at the same group, version and plural. */
  add(resource: ServedResource): void;
  remove(resource: { readonly group: string; readonly version: string; readonly plural: string }): void;
  find(group: string, version: string, plural: string): ServedResource | undefined;
  /** By Kind instead of plural. */
  findKind(group: string, version: string, kind: string): ServedResource | undefined;
  /** In the order in which they were added. */
  all(): readonly ServedResource[];
  /** Raised by every change: what is derived from the table can be kept until it moves. */
  readonly generation: number;
}

const keyOf = (group: string, version: string, name: string): string => `${group}/${version}/${name}`;

export function createRegistry(): Registry {
  const byPlural = new Map<string, ServedResource>();
  let list: readonly ServedResource[] = [];
  let generation = 0;
  const changed = (): void => {
    list = [...byPlural.values()];
    generation++;
  };
  return {
    add(resource) {
      const { group, version, plural } = resource.definition;
      byPlural.set(keyOf(group, version, plural), resource);
      changed();
    },
    remove({ group, version, plural }) {
      if (byPlural.delete(keyOf(group, version, plural))) changed();
    },
    find: (group, version, plural) => byPlural.get(keyOf(group, version, plural)),
    findKind: (group, version, kind) =>
      list.find(({ definition: row }) => row.group === group && row.version === version && row.kind === kind),
    all: () => list,
    get generation() {
      return generation;
    },
  };
}
