/** Parts of a description that all kinds have. */
import type { Condition, KubeObject } from '../../../schemas/object.ts';
import { humanAge } from '../../../schemas/values/duration.ts';
import type { SheetRow } from '../../output/sheet.ts';

/** A time as it stands, and how long ago that is. */
export const timeText = (time: string, now: number): string => `${time} (${humanAge(time, now)} ago)`;

/** `a=b` lines in alphabetical order. */
export const pairs = (map: Readonly<Record<string, string>> = {}): readonly string[] =>
  Object.entries(map)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${value}`);

export function metadataRows({ metadata, apiVersion, kind }: KubeObject, now: number): readonly SheetRow[] {
  const {
    name,
    namespace,
    labels,
    annotations,
    creationTimestamp,
    deletionTimestamp,
    finalizers = [],
    ownerReferences = [],
  } = metadata;
  const rows: SheetRow[] = [['Name', name]];
  if (namespace !== undefined) rows.push(['Namespace', namespace]);
  rows.push(
    ['Kind', `${kind} (${apiVersion})`],
    ['Labels', pairs(labels)],
    ['Annotations', pairs(annotations).map((line) => line.replace('=', ': '))],
    ['Created', timeText(creationTimestamp, now)],
  );
  if (deletionTimestamp !== undefined)
    rows.push([
      'Deleting',
      `since ${timeText(deletionTimestamp, now)}${finalizers.length > 0 ? `, held by ${finalizers.join(', ')}` : ''}`,
    ]);
  if (ownerReferences.length > 0)
    rows.push(['Owned by', ownerReferences.map((owner) => `${owner.kind}/${owner.name}`)]);
  return rows;
}

interface Conditioned extends KubeObject {
  readonly status?: { readonly conditions?: readonly Condition[] };
}

export function conditionRows(object: KubeObject, now: number): readonly SheetRow[] {
  const conditions = (object as Conditioned).status?.conditions ?? [];
  if (conditions.length === 0) return [];
  const lines = conditions.map(({ type, status, reason, lastTransitionTime, message }) => [
    type,
    status,
    humanAge(lastTransitionTime, now),
    reason,
    message,
  ]);
  return [['Conditions', { header: ['Type', 'Status', 'Since', 'Reason', 'Message'], lines }]];
}
