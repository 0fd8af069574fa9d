import { REASONS, type Reason } from '../../schemas/conditions.ts';
import type { ConditionInput } from '../engine/contract.ts';
import type { Remains } from './empty.ts';

type Saying = readonly [reason: Reason, message: string];

/**
 * What keeps a namespace from going, as the conditions that Kubernetes' clients read, in its words. Which kinds there are is known
 * without asking, so the two conditions about finding them are never True.
 */
export function remainsConditions({ content, finalizers, failures }: Remains): readonly ConditionInput[] {
  return [
    condition('NamespaceDeletionDiscoveryFailure', undefined, [
      REASONS.ResourcesDiscovered,
      'All resources successfully discovered',
    ]),
    condition('NamespaceDeletionGroupVersionParsingFailure', undefined, [
      REASONS.ParsedGroupVersions,
      'All legacy kube types successfully parsed',
    ]),
    condition('NamespaceDeletionContentFailure', failed(failures), [
      REASONS.ContentDeleted,
      'All content successfully deleted, may be waiting on finalization',
    ]),
    condition('NamespaceContentRemaining', left(content), [REASONS.ContentRemoved, 'All content successfully removed']),
    condition('NamespaceFinalizersRemaining', waiting(finalizers), [
      REASONS.ContentHasNoFinalizers,
      'All content-preserving finalizers finished',
    ]),
  ];
}

function condition(type: string, bad: Saying | undefined, good: Saying): ConditionInput {
  const [reason, message] = bad ?? good;
  return { type, status: bad === undefined ? 'False' : 'True', reason, message };
}

function failed(failures: Remains['failures']): Saying | undefined {
  if (failures.length === 0) return undefined;
  const message = `Failed to delete all resource types, ${failures.length} remaining: ${failures.join(', ')}`;
  return [REASONS.ContentDeletionFailed, message];
}

/** A resource of the core group has a dot and no group. */
function left(content: Remains['content']): Saying | undefined {
  if (content.size === 0) return undefined;
  const each = (name: string): string => (name.includes('.') ? name : `${name}.`);
  const resources = counted(content, (name, count) => `${each(name)} has ${count} resource instances`);
  return [REASONS.SomeResourcesRemain, `Some resources are remaining: ${resources}`];
}

function waiting(finalizers: Remains['finalizers']): Saying | undefined {
  if (finalizers.size === 0) return undefined;
  const names = counted(finalizers, (name, count) => `${name} in ${count} resource instances`);
  return [REASONS.SomeFinalizersRemain, `Some content in the namespace has finalizers remaining: ${names}`];
}

const counted = (counts: ReadonlyMap<string, number>, text: (name: string, count: number) => string): string =>
  [...counts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, count]) => text(name, count))
    .join(', ');
