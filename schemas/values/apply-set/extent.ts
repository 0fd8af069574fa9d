import type { KindRef, ObjectMeta } from '../../object.ts';
import { GROUP_KINDS_ANNOTATION, groupKind, NAMESPACES_ANNOTATION, TOOLING, TOOLING_ANNOTATION } from './marks.ts';

/** Kinds (`Kind.group`) and namespaces of the members of an ApplySet. */
export interface Extent {
  readonly groupKinds: ReadonlySet<string>;
  readonly namespaces: ReadonlySet<string>;
}

interface Member extends KindRef {
  readonly metadata: { readonly namespace?: string };
}

export const NO_EXTENT: Extent = { groupKinds: new Set(), namespaces: new Set() };

export function extentOf(members: Iterable<Member>): Extent {
  const groupKinds = new Set<string>();
  const namespaces = new Set<string>();
  for (const member of members) {
    groupKinds.add(groupKind(member));
    if (member.metadata.namespace !== undefined) namespaces.add(member.metadata.namespace);
  }
  return { groupKinds, namespaces };
}

const listOf = (text: string | undefined): readonly string[] => (text ?? '').split(',').filter((part) => part !== '');

/** What a parent says; its own namespace is not named there. */
export const writtenExtent = ({ annotations }: Pick<ObjectMeta, 'annotations'>): Extent => ({
  groupKinds: new Set(listOf(annotations?.[GROUP_KINDS_ANNOTATION])),
  namespaces: new Set(listOf(annotations?.[NAMESPACES_ANNOTATION])),
});

export const union = (a: Extent, b: Extent): Extent => ({
  groupKinds: a.groupKinds.union(b.groupKinds),
  namespaces: a.namespaces.union(b.namespaces),
});

/** What a parent in `namespace` is to say of it; null: that annotation is not there. */
export function parentAnnotations(
  { groupKinds, namespaces }: Extent,
  namespace: string,
): Readonly<Record<string, string | null>> {
  const others = [...namespaces].filter((one) => one !== namespace).sort();
  return {
    [TOOLING_ANNOTATION]: TOOLING,
    [GROUP_KINDS_ANNOTATION]: [...groupKinds].sort().join(','),
    [NAMESPACES_ANNOTATION]: others.length === 0 ? null : others.join(','),
  };
}
