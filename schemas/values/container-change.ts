import type { ContainerSpec } from '../gen/types.ts';
import { canonicalJson } from './fingerprint.ts';

/** Fields of a Container's spec that its running instance follows, or that matter outside of it. All others need another instance. */
export const IN_PLACE_FIELDS: ReadonlySet<string> = new Set([
  'nodeName',
  'dependsOn',
  'dnsConfig',
  'dnsPolicy',
  'envOnChange',
  'hostAliases',
  'imagePullPolicy',
  'imagePullSecrets',
  'lifecycle',
  'livenessProbe',
  'logging',
  'minReadySeconds',
  'networks',
  'paused',
  'ports',
  'progressDeadlineSeconds',
  'publishNotReadyAddresses',
  'readinessProbe',
  'resources',
  'restartPolicy',
  'revisionHistoryLimit',
  'startupProbe',
  'stdinOnce',
  'terminationGracePeriodSeconds',
  'terminationMessagePolicy',
  'updateStrategy',
]);

/** Fields that say how changes are made, and nothing of what runs: going back to an old spec leaves them. */
export const ROLLOUT_FIELDS: ReadonlySet<string> = new Set([
  'nodeName',
  'minReadySeconds',
  'paused',
  'progressDeadlineSeconds',
  'revisionHistoryLimit',
  'updateStrategy',
]);

/** Annotations whose change needs another instance, though nothing else changed: what a rollout restart sets. */
export const RESTARTED_AT = ['tsmoby.dev/restartedAt', 'kubectl.kubernetes.io/restartedAt'] as const;

/** The restart that was asked for last, as status repeats it when it has been seen. Undefined: none. */
export function askedRestart(annotations: Readonly<Record<string, string>> | undefined): string | undefined {
  const asked = RESTARTED_AT.flatMap((name) => annotations?.[name] ?? []);
  return asked.length === 0 ? undefined : asked.join(' ');
}

/** Names of fields that differ, sorted. */
export interface ChangedFields {
  readonly inPlace: readonly string[];
  readonly replacement: readonly string[];
}

type AnyFields = Readonly<Record<string, unknown>>;

/** What of a spec only another instance can follow. `onChange` of a mount is not: it says what follows later. */
export function instanceFields({ volumeMounts, ...spec }: Partial<ContainerSpec>): AnyFields {
  const fields = Object.fromEntries(Object.entries(spec).filter(([name]) => !IN_PLACE_FIELDS.has(name)));
  if (volumeMounts === undefined) return fields;
  return { ...fields, volumeMounts: volumeMounts.map(({ onChange: _onChange, ...mount }) => mount) };
}

/**
 * What of a spec differs, by what the difference does to a container that runs. Another name of an image counts as another image:
 * only who has pulled it knows better.
 */
export function changedFields(before: Partial<ContainerSpec>, after: Partial<ContainerSpec>): ChangedFields {
  const changed = differing(before, after);
  const replacement = new Set(differing(instanceFields(before), instanceFields(after)));
  return {
    inPlace: changed.filter((name) => !replacement.has(name)),
    replacement: changed.filter((name) => replacement.has(name)),
  };
}

function differing(before: object, after: object): readonly string[] {
  const valueOf = (fields: object, name: string): string => canonicalJson((fields as AnyFields)[name]);
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((name) => valueOf(before, name) !== valueOf(after, name))
    .toSorted();
}
