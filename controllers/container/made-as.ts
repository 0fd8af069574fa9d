import type { InstanceState } from '../../runtime/ports/containers.ts';
import type { Container } from '../../schemas/gen/types.ts';
import { IMAGE_LABEL, SPEC_HASH_LABEL, specHash } from './names.ts';
import { revisionsOf } from './rollout/record.ts';
import { asItWas, sourceOf } from './rollout/revision.ts';
import type { Work } from './work.ts';

/**
 * The Container with the spec that an instance was made for, which is another one while its successor takes its place: its hooks, probes
 * and time of grace are those of its own revision. Undefined: nobody knows that spec any more.
 */
export function madeAs(
  container: Container,
  { labels }: Pick<InstanceState, 'labels'>,
  { reader, status }: Pick<Work['context'], 'reader' | 'status'>,
): Container | undefined {
  const { configurationHash } = status.current;
  const isOwn = (each: Container): boolean =>
    labels[IMAGE_LABEL] === sourceOf(each.spec) && labels[SPEC_HASH_LABEL] === specHash(each, configurationHash);
  if (isOwn(container)) return container;
  return revisionsOf(container, reader)
    .map((revision) => asItWas(container, revision))
    .find(isOwn);
}
