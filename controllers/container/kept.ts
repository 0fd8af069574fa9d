import type { InstanceState } from '../../runtime/ports/containers.ts';
import type { Container, ContainerStatus } from '../../schemas/gen/types.ts';
import { resultOfRevision } from '../../schemas/values/container-revisions.ts';
import { wantedConfigurationHash, type Configuration } from './configuration.ts';
import { IMAGE_LABEL, imageSource, SPEC_HASH_LABEL } from './names.ts';
import { findRevision } from './rollout/begin.ts';
import type { Following } from './rollout/revision.ts';
import type { Look, Side } from './work.ts';

type Status = Readonly<Partial<ContainerStatus>>;

/** Content for which the instance is to be made anew; what changed under one that serves is brought by the one that is to take its place. */
export const configurationHashFor = (
  container: Container,
  configuration: Configuration,
  status: Status,
  side: Side | undefined,
): string | undefined =>
  side === 'serving' ? status.configurationHash : wantedConfigurationHash(container, configuration, status);

/**
 * What was found, with the image that the instance was made of, where one serves beside the next or was good before a change that failed: a tag that has
 * moved since must not end it.
 */
export function asItRuns<T extends Pick<Look, 'image'>>(
  found: T,
  instances: readonly InstanceState[],
  { container, context, specHash, side }: Pick<Look, 'context' | 'specHash' | 'side'> & { container: Following },
): T {
  const { result } = container;
  // A result that its Build no longer keeps is in what was made of it.
  const isPast = result !== undefined && result !== found.image?.manifestDigest;
  const isKept = side === 'serving' || isPast || context.status.current.rollout?.reverted === true;
  if (found.image === undefined || !isKept) return found;
  const source = imageSource(container.spec);
  const isOf = result === undefined ? isBeforeBuild(container, context) : (digest?: string) => digest === result;
  const own = instances.find(
    ({ labels, manifestDigest }) =>
      labels[SPEC_HASH_LABEL] === specHash && labels[IMAGE_LABEL] === source && isOf(manifestDigest),
  );
  return own === undefined ? found : { ...found, image: { ...found.image, manifestDigest: own.manifestDigest } };
}

/** What was taken back may be the first result of a Build, by the very same spec. */
function isBeforeBuild(container: Container, { status, reader }: Look['context']): (digest?: string) => boolean {
  const { revision } = status.current.rollout ?? {};
  const failed = revision === undefined ? undefined : findRevision(container, revision, { reader });
  const result = failed && resultOfRevision(failed);
  return (digest) => digest !== result;
}
