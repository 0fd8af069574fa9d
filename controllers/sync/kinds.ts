/** Which kinds there are, and will be once the definitions in the files are applied. */
import type { KindRef, ObjectInput } from '../../schemas/object.ts';
import { groupOf } from '../engine/keys.ts';
import type { ServedKinds } from '../engine/served-kinds.ts';
import type { Scope, ScopeOf } from './render/types.ts';

/** `group/Kind`, whatever the version. */
type GroupKind = string;

export const groupKindOf = ({ apiVersion, kind }: KindRef): GroupKind => `${groupOf(apiVersion)}/${kind}`;

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

/** As the API server names the kind that a CustomResourceDefinition makes; undefined for anything else. */
export function definedKind(object: ObjectInput): { readonly groupKind: GroupKind; readonly scope: Scope } | undefined {
  if (!isDefinition(object)) return undefined;
  const { spec } = object as { readonly spec?: unknown };
  const { group, scope, names } = (spec ?? {}) as {
    readonly group?: unknown;
    readonly scope?: unknown;
    readonly names?: { readonly kind?: unknown };
  };
  if (typeof group !== 'string' || typeof names?.kind !== 'string') return undefined;
  return { groupKind: `${group}/${names.kind}`, scope: scope === 'Cluster' ? 'Cluster' : 'Namespaced' };
}

export const isDefinition = ({ apiVersion, kind }: KindRef): boolean =>
  kind === 'CustomResourceDefinition' && groupOf(apiVersion) === 'apiextensions.k8s.io';

export const isNamespace = ({ apiVersion, kind }: KindRef): boolean => kind === 'Namespace' && apiVersion === 'v1';

/** What others need before they can be: namespaces and definitions. */
export const isFirst = (ref: KindRef): boolean => isDefinition(ref) || isNamespace(ref);
