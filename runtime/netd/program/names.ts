/** What is told of names: a change of what is in force, or a whole table, which is made ready slice by slice and then takes its place. */
import { NameIndex } from './name-index.ts';
import type { NamesMessage } from './protocol.ts';

export interface Names {
  /** In force now. */
  readonly index: NameIndex;
  /** Whether it is in force with this message. */
  take(message: NamesMessage): boolean;
}

export function createNames(): Names {
  let current = new NameIndex();
  let next: NameIndex | undefined;
  return {
    get index() {
      return current;
    },
    take({ whole, networks, put, drop, isLast }) {
      if (whole) next = new NameIndex();
      const index = next ?? current;
      if (networks) index.setNetworks(networks);
      for (const id of drop) index.drop(id);
      for (const [id, host] of put) index.put(id, host);
      if (!isLast) return false;
      current = index;
      next = undefined;
      return true;
    },
  };
}
