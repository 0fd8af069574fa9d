import type { Container, ContainerSpec } from '../../../schemas/gen/types.ts';
import { changedFields, RESTARTED_AT } from '../../../schemas/values/container-change.ts';
import { gapCause } from '../../../schemas/values/start-first.ts';

/**
 * What a change does to a container that runs, by the comparison that its controller makes; undefined: nothing. Nobody is asked, as an apply costs no more for it: what the
 * machine holds is in the plan of the server (`diff`), and so is whether another name of an image is another image.
 */
export function runEffectOf(live: Container, merged: Container): string | undefined {
  const { inPlace, replacement } = changedFields(live.spec, merged.spec);
  const restarted = RESTARTED_AT.filter(
    (name) => live.metadata.annotations?.[name] !== merged.metadata.annotations?.[name],
  ).map((name) => `metadata.annotations[${name}]`);
  const causes = [...replacement.map((name) => `spec.${name}`), ...restarted];
  if (causes.length > 0) return `${replaced(live, merged, causes)} (${causes.join(', ')})`;
  return inPlace.length > 0 ? `changed in place (${inPlace.map((name) => `spec.${name}`).join(', ')})` : undefined;
}

function replaced(live: Container, { spec }: Container, causes: readonly string[]): string {
  const isSure = causes.some((cause) => cause !== 'spec.image');
  const how = [isSure ? 'replaced' : 'replaced if the image is another one', startFirst(spec, live.spec)];
  const text = how.filter(Boolean).join(', ');
  return spec.paused === true ? `not touched while spec.paused is set, then ${text}` : text;
}

function startFirst(after: ContainerSpec, before: ContainerSpec): string | undefined {
  if (after.updateStrategy?.type !== 'StartFirst') return undefined;
  const gap = gapCause(after, before);
  return gap === undefined
    ? 'the old one serves until the new one is ready'
    : `the old one is stopped first, because ${gap}`;
}
