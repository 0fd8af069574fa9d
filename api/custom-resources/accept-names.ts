/**
 * Which of its names a CustomResourceDefinition gets. Inside a group every word means one kind only: plurals, singulars and
 * short names share one space, kinds and list kinds another. Who has a word keeps it; what is still free of a new wish is
 * taken, as on a real server (its naming controller).
 */
import type { CustomResourceDefinition, CustomResourceDefinitionNames } from '../../schemas/gen/types.ts';
import type { CrdCondition } from './conditions.ts';

/** Words that others of the group have. */
export interface TakenNames {
  /** As a plural, singular or short name. */
  readonly resource: (word: string) => boolean;
  /** As a kind or list kind. */
  readonly kind: (word: string) => boolean;
}

export interface AcceptedNames {
  /** What the objects are served under: what was accepted before, and what could be added to it. */
  readonly names: CustomResourceDefinitionNames;
  readonly condition: CrdCondition;
}

const NO_CONFLICTS: CrdCondition = {
  type: 'NamesAccepted',
  status: 'True',
  reason: 'NoConflicts',
  message: 'no conflicts found',
};

export function acceptNames(crd: CustomResourceDefinition, taken: TakenNames): AcceptedNames {
  const wanted = crd.spec?.names ?? {};
  const before = crd.status?.acceptedNames ?? {};
  const names: Record<string, unknown> = { ...before };
  let condition = NO_CONFLICTS;
  const refuse = (reason: string, words: readonly string[]): void => {
    const message = words.map((word) => `${JSON.stringify(word)} is already in use`).join(', ');
    condition = {
      type: 'NamesAccepted',
      status: 'False',
      reason,
      message: words.length > 1 ? `[${message}]` : message,
    };
  };
  const accept = (
    name: 'plural' | 'singular' | 'kind' | 'listKind',
    taken: (word: string) => boolean,
    reason: string,
  ): void => {
    const asked = wanted[name] ?? '';
    if (taken(asked)) refuse(reason, [asked]);
    else names[name] = asked;
  };
  accept('plural', taken.resource, 'PluralConflict');
  accept('singular', taken.resource, 'SingularConflict');
  const shortNames = wanted.shortNames ?? [];
  const used = shortNames.filter(taken.resource);
  if (used.length > 0) refuse('ShortNamesConflict', used);
  else names['shortNames'] = shortNames;
  accept('kind', taken.kind, 'KindConflict');
  accept('listKind', taken.kind, 'ListKindConflict');
  names['categories'] = wanted.categories ?? [];
  return { names: withoutEmpty(names), condition };
}

/** Lists without members are left out, as Go leaves them out; plural and kind stand there in any case. */
function withoutEmpty(names: Readonly<Record<string, unknown>>): CustomResourceDefinitionNames {
  const kept = Object.entries({ plural: '', kind: '', ...names }).filter(
    ([name, value]) => name === 'plural' || name === 'kind' || (value as string | readonly string[]).length > 0,
  );
  return Object.fromEntries(kept);
}
