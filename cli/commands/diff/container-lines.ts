/** What a change does to containers that run, in words. */
import type { Container, ContainerSpec } from '../../../schemas/gen/types.ts';
import type { ObjectMeta } from '../../../schemas/object.ts';
import { changedFields, RESTARTED_AT } from '../../../schemas/values/container-change.ts';
import { canonicalJson } from '../../../schemas/values/fingerprint.ts';
import { gapCause } from '../../../schemas/values/start-first.ts';
import { shownName } from '../../kinds/directory.ts';
import type { Versions } from '../../plan/versions-of.ts';

/** Parts of metadata that people write. */
const METADATA = ['labels', 'annotations', 'finalizers', 'ownerReferences'] as const;

/** A line for every Container that an apply would change; none when it would not. */
export function containerLines(versions: readonly Versions[]): readonly string[] {
  const containers = versions.filter(
    ({ manifest: { kind } }) => kind.kind === 'Container' && kind.group === 'tsmoby.dev',
  );
  const several = new Set(containers.map(({ manifest }) => manifest.namespace)).size > 1;
  return containers.flatMap(({ manifest: { kind, name, namespace = '' }, live, merged }) => {
    const effect = effectOf(live as Container | undefined, merged as Container);
    if (effect === undefined) return [];
    return [`${shownName(kind, name)}${several ? ` in namespace ${namespace}` : ''}: ${effect}`];
  });
}

function effectOf(live: Container | undefined, merged: Container): string | undefined {
  if (live === undefined) return 'created';
  const { inPlace, replacement } = changedFields(live.spec, merged.spec);
  const restarted = RESTARTED_AT.filter(
    (name) => live.metadata.annotations?.[name] !== merged.metadata.annotations?.[name],
  ).map((name) => `metadata.annotations[${name}]`);
  const causes = [...replacement.map((name) => `spec.${name}`), ...restarted];
  if (causes.length > 0) return `${replaced(live, merged)} (${causes.join(', ')})`;
  if (inPlace.length > 0) return `changed in place (${inPlace.map((name) => `spec.${name}`).join(', ')})`;
  const metadata = METADATA.filter((name) => differs(name, live.metadata, merged.metadata));
  if (metadata.length === 0) return undefined;
  return `nothing that runs is touched (${metadata.map((name) => `metadata.${name}`).join(', ')})`;
}

function replaced(live: Container, { spec }: Container): string {
  const how = ['replaced', startFirst(spec, live.spec)].filter(Boolean).join(', ');
  return spec.paused === true ? `not touched while spec.paused is set, then ${how}` : how;
}

function startFirst(after: ContainerSpec, before: ContainerSpec): string | undefined {
  if (after.updateStrategy?.type !== 'StartFirst') return undefined;
  const gap = gapCause(after, before);
  return gap === undefined
    ? 'StartFirst: the old one serves until the new one is ready'
    : `not by StartFirst: the old one is stopped first, because ${gap}`;
}

const differs = (name: keyof ObjectMeta, before: ObjectMeta, after: ObjectMeta): boolean =>
  canonicalJson(before[name]) !== canonicalJson(after[name]);
