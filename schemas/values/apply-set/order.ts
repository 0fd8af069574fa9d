/** What of a set others need: it is made first, goes last, and stays while they do. */
import { groupOf } from '../../api-version.ts';
import type { KindRef, ObjectInput } from '../../object.ts';

/** `group/Kind`, whatever the version. */
export type GroupKind = string;

export const groupKindOf = ({ apiVersion, kind }: KindRef): GroupKind => `${groupOf(apiVersion)}/${kind}`;

export const isDefinition = ({ apiVersion, kind }: KindRef): boolean =>
  kind === 'CustomResourceDefinition' && groupOf(apiVersion) === 'apiextensions.k8s.io';

export const isNamespace = ({ apiVersion, kind }: KindRef): boolean => kind === 'Namespace' && apiVersion === 'v1';

/** What others need before they can be: namespaces and definitions. */
export const isFirst = (ref: KindRef): boolean => isDefinition(ref) || isNamespace(ref);

/** As the API server names the kind that a CustomResourceDefinition makes; undefined for anything else. */
export function definedKind(
  object: ObjectInput,
): { readonly groupKind: GroupKind; readonly scope: 'Cluster' | 'Namespaced' } | undefined {
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

/**
 * A namespace takes all that is in it along, and a definition all objects of its kind: whether one is needed by objects that are wanted, or by
 * their parent, which lives in `namespace`.
 */
export function neededBy(
  objects: readonly ObjectInput[],
  namespace: string | undefined,
): (object: ObjectInput) => boolean {
  const namespaces = new Set([namespace, ...objects.map((object) => object.metadata.namespace)]);
  const kinds = new Set(objects.map(groupKindOf));
  return (object) => {
    if (isNamespace(object)) return namespaces.has(object.metadata.name);
    const defined = definedKind(object);
    return defined !== undefined && kinds.has(defined.groupKind);
  };
}

/**
 * Those of what is to go that objects hang on which stay: they would take them along. They must stay, too, and for as long: of what belongs to nobody any more no later look at the set
 * would tell.
 */
export function heldBy<T extends ObjectInput>(staying: readonly ObjectInput[], going: readonly T[]): readonly T[] {
  const isNeeded = neededBy(staying, undefined);
  return going.filter((object) => isNeeded(object));
}

/** The other way round than they were made: what others need goes last. */
export function pruneStages<T extends ObjectInput>(objects: readonly T[]): readonly (readonly T[])[] {
  return [
    objects.filter((object) => !isFirst(object)),
    objects.filter(isDefinition),
    objects.filter(isNamespace),
  ].filter((stage) => stage.length > 0);
}
