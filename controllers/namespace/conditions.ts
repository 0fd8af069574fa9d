import { REASONS } from '../../schemas/conditions.ts';
import type { ConditionInput } from '../engine/contract.ts';
import type { Remains } from './empty.ts';

const counted = (counts: ReadonlyMap<string, number>, text: (name: string, count: number) => string): string =>
  [...counts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, count]) => text(name, count))
    .join(', ');

/** What keeps a namespace from going, as the conditions that Kubernetes' clients read. */
export function remainsConditions({ content, finalizers, failures }: Remains): readonly ConditionInput[] {
  const failed = failures.length > 0;
  const contentText = counted(content, (resource, count) => `${resource}: ${count}`);
  const finalizerText = counted(finalizers, (name, count) => `${name}: ${count}`);
  return [
    {
      type: 'NamespaceDeletionContentFailure',
      status: failed ? 'True' : 'False',
      reason: failed ? REASONS.ContentDeletionFailed : REASONS.ContentDeleted,
      message: failed ? `Could not delete ${failures.join('; ')}` : 'Deletion of all content was accepted',
    },
    {
      type: 'NamespaceContentRemaining',
      status: content.size > 0 ? 'True' : 'False',
      reason: content.size > 0 ? REASONS.SomeResourcesRemain : REASONS.ContentRemoved,
      message: content.size > 0 ? `Still there: ${contentText}` : 'No content is left',
    },
    {
      type: 'NamespaceFinalizersRemaining',
      status: finalizers.size > 0 ? 'True' : 'False',
      reason: finalizers.size > 0 ? REASONS.SomeFinalizersRemain : REASONS.ContentHasNoFinalizers,
      message:
        finalizers.size > 0 ? `Objects that wait for a finalizer: ${finalizerText}` : 'Nothing waits for a finalizer',
    },
  ];
}
