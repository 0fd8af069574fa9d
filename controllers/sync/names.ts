import { hash } from 'node:crypto';
import type { KindRef, KubeObject } from '../../schemas/object.ts';
import { groupOf } from '../engine/keys.ts';

export const SYNC = { apiVersion: 'tsmoby.dev/v1alpha1', kind: 'Sync' } as const;
export const SECRET = { apiVersion: 'v1', kind: 'Secret' } as const;
export const CONFIG_MAP = { apiVersion: 'v1', kind: 'ConfigMap' } as const;

/** On an object, `disabled`: it stays, and belongs to nobody, when its file does not have it any more. */
export const PRUNE_ANNOTATION = 'tsmoby.dev/prune';

/** KEP-3659: which ApplySet an object is a member of. */
export const PART_OF_LABEL = 'applyset.kubernetes.io/part-of';
export const ID_LABEL = 'applyset.kubernetes.io/id';
export const TOOLING_ANNOTATION = 'applyset.kubernetes.io/tooling';
export const GROUP_KINDS_ANNOTATION = 'applyset.kubernetes.io/contains-group-kinds';
export const NAMESPACES_ANNOTATION = 'applyset.kubernetes.io/additional-namespaces';
export const TOOLING = 'tsmoby/v1';

interface Named {
  readonly metadata: { readonly namespace?: string; readonly name: string };
}

/** The id of the ApplySet whose parent a Sync is, as KEP-3659 derives it. */
export function applySetId({ metadata }: Named): string {
  const parent = [metadata.name, metadata.namespace ?? '', SYNC.kind, groupOf(SYNC.apiVersion)].join('.');
  return `applyset-${hash('sha256', parent, 'base64url')}-v1`;
}

/** The field manager of a Sync's applies; names and namespaces together can be longer than the 128 that a manager may have. */
export function managerOf({ metadata }: Named): string {
  const whole = `${MANAGER_PREFIX}${metadata.namespace}/${metadata.name}`;
  if (whole.length <= 128) return whole;
  return `${whole.slice(0, 111)}-${hash('sha256', whole).slice(0, 16)}`;
}

export const MANAGER_PREFIX = 'sync/';

/** One object among all, whatever the version that it is written in: `group/Kind namespace/name`. */
export type ObjectId = string;

export function idOf({ apiVersion, kind, metadata }: KindRef & Named): ObjectId {
  return objectId(groupOf(apiVersion), kind, metadata.namespace, metadata.name);
}

export const objectId = (group: string, kind: string, namespace: string | undefined, name: string): ObjectId =>
  `${group}/${kind} ${namespace ?? ''}/${name}`;

/** `Kind.group`, as ApplySets and people name a kind; `Kind` alone of the core group. */
export function groupKind({ apiVersion, kind }: KindRef): string {
  const group = groupOf(apiVersion);
  return group === '' ? kind : `${kind}.${group}`;
}

/** `Container default/web`, for messages. */
export function shownObject({ kind, metadata }: Pick<KubeObject, 'kind'> & Named): string {
  const { namespace, name } = metadata;
  return `${kind} ${namespace === undefined ? name : `${namespace}/${name}`}`;
}

export const partOf = ({ metadata }: Pick<KubeObject, 'metadata'>): string | undefined =>
  metadata.labels?.[PART_OF_LABEL];
