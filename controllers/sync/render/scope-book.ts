import type { KindRef } from '../../../schemas/object.ts';
import type { DefinedKind } from './definitions.ts';
import type { Scope, ScopeOf } from './types.ts';

/** The scope of kinds in one render, each asked for once. What the files define counts where nothing is served yet. */
export class ScopeBook {
  readonly #known = new Map<string, Scope | undefined>();
  readonly #defined: ReadonlyMap<string, Scope>;
  readonly #scopeOf: ScopeOf;

  constructor(scopeOf: ScopeOf, defined: readonly DefinedKind[]) {
    this.#scopeOf = scopeOf;
    this.#defined = new Map(defined.map((kind) => [keyOf(kind), kind.scope]));
  }

  of({ apiVersion, kind }: KindRef): Scope | undefined {
    const key = keyOf({ apiVersion, kind });
    if (!this.#known.has(key)) {
      this.#known.set(key, this.#scopeOf({ apiVersion, kind }) ?? this.#defined.get(key));
    }
    return this.#known.get(key);
  }
}

const keyOf = ({ apiVersion, kind }: KindRef): string => `${apiVersion} ${kind}`;
