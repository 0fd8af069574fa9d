import { hash } from 'node:crypto';
import type { KindRef, KubeObject } from '../../schemas/object.ts';
import { applySetId as idOfParent } from '../../schemas/values/apply-set/marks.ts';
import { groupOf } from '../engine/keys.ts';

export const SYNC = { apiVersion: 'tsmoby.dev/v1alpha1', kind: 'Sync' } as const;
export const SECRET = { apiVersion: 'v1', kind: 'Secret' } as const;
export const CONFIG_MAP = { apiVersion: 'v1', kind: 'ConfigMap' } as const;

interface Named {
  readonly metadata: { readonly namespace?: string; readonly name: string };
}

/** The id of the ApplySet whose parent a Sync is. */
export const applySetId = ({ metadata: { name, namespace = '' } }: Named): string =>
  idOfParent({ name, namespace, kind: SYNC.kind, group: groupOf(SYNC.apiVersion) });

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

/** `Container default/web`, for messages. */
export function shownObject({ kind, metadata }: Pick<KubeObject, 'kind'> & Named): string {
  const { namespace, name } = metadata;
  return `${kind} ${namespace === undefined ? name : `${namespace}/${name}`}`;
}
