import type { Call } from '../commands/command.ts';
import type { Session } from '../connect/session.ts';
import { UsageError } from '../errors.ts';
import type { FlagValues } from '../flags/flags.ts';
import type { KindInfo } from '../kinds/directory.ts';
import { selectionsOf } from './arguments.ts';
import type { fileFlags, selectorFlags } from './flags.ts';

/** What a command is to work on, by kind and namespace. */
export interface Target {
  readonly kind: KindInfo;
  /** Absent: all namespaces, or the kind has none. */
  readonly namespace?: string;
  /** Empty: all that the selectors let through. */
  readonly names: readonly string[];
}

type Flagged = Pick<Call<never>, 'io' | 'args' | 'given'> & {
  readonly flags: FlagValues<typeof fileFlags> & Partial<FlagValues<typeof selectorFlags>> & { readonly all?: boolean };
};

/** From arguments or `-f`. Rejects with UsageError for combinations that make no sense. */
export async function targetsOf({ io, args, flags, given }: Flagged, session: Session): Promise<readonly Target[]> {
  if (flags.filename.length > 0) {
    if (args.length > 0)
      throw new UsageError(
        'when paths, URLs, or stdin is provided as resource input, you may not specify resource arguments as well',
      );
    const { targetsOfFiles } = await import('../manifests/targets-of-files.ts');
    return await targetsOfFiles(flags, session, io, given.has('namespace'));
  }
  const selections = await selectionsOf(args, session.kinds);
  const everywhere = flags['all-namespaces'] === true;
  const selected = flags.selector !== undefined || flags['field-selector'] !== undefined;
  for (const { kind, names } of selections) {
    if (names.length === 0) continue;
    if (selected) throw new UsageError('name cannot be provided when a selector is specified');
    if (flags.all === true) throw new UsageError('name cannot be provided when --all is specified');
    if (everywhere && kind.scope === 'Namespaced')
      throw new UsageError('a resource cannot be retrieved by name across all namespaces');
  }
  return selections.map(({ kind, names }) => ({
    kind,
    names,
    ...(kind.scope === 'Cluster' || everywhere ? {} : { namespace: session.namespace }),
  }));
}

/** The selectors of a command's flags, as the API calls them. */
export function filterOf(flags: Partial<FlagValues<typeof selectorFlags>>): {
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
} {
  const { selector, 'field-selector': fieldSelector } = flags;
  return {
    ...(selector === undefined ? {} : { labelSelector: selector }),
    ...(fieldSelector === undefined ? {} : { fieldSelector }),
  };
}
