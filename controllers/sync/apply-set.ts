/** What a Sync says as the parent of an ApplySet (KEP-3659), so that kubectl finds and prunes its members, too. */
import type { Sync } from '../../schemas/gen/types.ts';
import type { KindRef, ObjectMeta } from '../../schemas/object.ts';
import {
  applySetId,
  GROUP_KINDS_ANNOTATION,
  groupKind,
  ID_LABEL,
  NAMESPACES_ANNOTATION,
  TOOLING,
  TOOLING_ANNOTATION,
} from './names.ts';

/** Kinds (`Kind.group`) and namespaces of members. */
export interface Extent {
  readonly groupKinds: ReadonlySet<string>;
  readonly namespaces: ReadonlySet<string>;
}

interface Member extends KindRef {
  readonly metadata: { readonly namespace?: string };
}

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

/** What the Sync says now. */
export const writtenExtent = ({ metadata }: Sync): Extent => ({
  groupKinds: new Set(listOf(metadata.annotations?.[GROUP_KINDS_ANNOTATION])),
  namespaces: new Set(listOf(metadata.annotations?.[NAMESPACES_ANNOTATION])),
});

export const union = (a: Extent, b: Extent): Extent => ({
  groupKinds: a.groupKinds.union(b.groupKinds),
  namespaces: a.namespaces.union(b.namespaces),
});

/** The merge patch that makes the Sync say this; undefined when it does already. */
export function parentPatch(sync: Sync, { groupKinds, namespaces }: Extent): unknown {
  const { labels = {}, annotations = {}, namespace = '' }: Partial<ObjectMeta> = sync.metadata;
  const others = [...namespaces].filter((one) => one !== namespace).sort();
  const wanted: Readonly<Record<string, string | null>> = {
    [TOOLING_ANNOTATION]: TOOLING,
    [GROUP_KINDS_ANNOTATION]: [...groupKinds].sort().join(','),
    [NAMESPACES_ANNOTATION]: others.length === 0 ? null : others.join(','),
  };
  const id = applySetId(sync);
  const isSo = Object.entries(wanted).every(([name, value]) => (annotations[name] ?? null) === value);
  if (isSo && labels[ID_LABEL] === id) return undefined;
  return { metadata: { labels: { [ID_LABEL]: id }, annotations: wanted } };
}
