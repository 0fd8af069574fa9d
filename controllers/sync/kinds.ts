/** Which kinds there are, and will be once the definitions in the files are applied. */
import { groupKindOf, type GroupKind } from '../../schemas/values/apply-set/order.ts';
import type { ServedKinds } from '../engine/served-kinds.ts';
import type { Scope, ScopeOf } from './render/types.ts';

/** The served kinds as a table that is made anew only after a change. */
export class KindTable {
  readonly #kinds: ServedKinds;
  #table: ReadonlyMap<GroupKind, Scope> | undefined;
  #version = 0;

  constructor(kinds: ServedKinds) {
    this.#kinds = kinds;
  }

  /** Another number after each change. */
  get version(): number {
    return this.#version;
  }

  /** Calls back after each change. */
  follow(onChange: () => void): Disposable {
    return this.#kinds.subscribe(() => {
      this.#table = undefined;
      this.#version += 1;
      onChange();
    });
  }

  scopeOf: ScopeOf = (ref) => {
    this.#table ??= new Map(
      this.#kinds
        .current()
        .map((kind): [GroupKind, Scope] => [groupKindOf(kind), kind.namespaced ? 'Namespaced' : 'Cluster']),
    );
    return this.#table.get(groupKindOf(ref));
  };
}
