/** Labels and annotations of ApplySets (KEP-3659): what every tool finds one by, with its members. */
import { hash } from 'node:crypto';
import type { KindRef, KubeObject } from '../../object.ts';
import { groupOf } from '../../api-version.ts';

/** On an object, `disabled`: it stays, and belongs to nobody, when it is not in the files any more. */
export const PRUNE_ANNOTATION = 'tsmoby.dev/prune';

/** On a member: the id of the only ApplySet that it belongs to. */
export const PART_OF_LABEL = 'applyset.kubernetes.io/part-of';
/** On the parent: the id. */
export const ID_LABEL = 'applyset.kubernetes.io/id';
export const TOOLING_ANNOTATION = 'applyset.kubernetes.io/tooling';
export const GROUP_KINDS_ANNOTATION = 'applyset.kubernetes.io/contains-group-kinds';
export const NAMESPACES_ANNOTATION = 'applyset.kubernetes.io/additional-namespaces';
/** On a CustomResourceDefinition: objects of its kind may be parents. */
export const PARENT_TYPE_LABEL = 'applyset.kubernetes.io/is-parent-type';

export const TOOLING = 'tsmoby/v1';

/** Name of the tool in a value of the tooling annotation: what stands before the last slash. */
export const toolOf = (tooling: string): string => tooling.replace(/\/[^/]*$/, '');

export interface ParentName {
  readonly name: string;
  /** Empty for kinds without. */
  readonly namespace: string;
  readonly kind: string;
  readonly group: string;
}

/** The id of the ApplySet of a parent, a label's value. */
export function applySetId({ name, namespace, kind, group }: ParentName): string {
  return `applyset-${hash('sha256', [name, namespace, kind, group].join('.'), 'base64url')}-v1`;
}

/** `Kind.group`, as ApplySets and people name a kind; `Kind` alone of the core group. */
export function groupKind({ apiVersion, kind }: KindRef): string {
  const group = groupOf(apiVersion);
  return group === '' ? kind : `${kind}.${group}`;
}

export const partOf = ({ metadata }: Pick<KubeObject, 'metadata'>): string | undefined =>
  metadata.labels?.[PART_OF_LABEL];

/** Whoever wrote the object wants it to stay when the files have it no more. */
export const isPruneDisabled = ({ metadata }: Pick<KubeObject, 'metadata'>): boolean =>
  metadata.annotations?.[PRUNE_ANNOTATION] === 'disabled';
