import { checkLabelValue, checkQualifiedName } from '../../../schemas/values/names.ts';
import { UsageError } from '../../errors.ts';

/** New values by key; undefined removes. */
export type Changes = ReadonlyMap<string, string | undefined>;

/** Takes `KEY=VALUE` and `KEY-` off the arguments. Throws UsageError for keys and values that none can have. */
export function parseChanges(
  words: readonly string[],
  what: 'label' | 'annotate',
): { readonly args: readonly string[]; readonly changes: Changes } {
  const changes = new Map<string, string | undefined>();
  const args: string[] = [];
  for (const word of words) {
    const at = word.indexOf('=');
    const key = at > 0 ? word.slice(0, at) : word.endsWith('-') && word !== '-' ? word.slice(0, -1) : undefined;
    if (key === undefined) {
      args.push(word);
      continue;
    }
    if (changes.has(key)) throw new UsageError(`"${key}" is changed twice in one command`);
    const value = at > 0 ? word.slice(at + 1) : undefined;
    const problems = [
      ...checkQualifiedName(key),
      ...(what === 'label' && value !== undefined ? checkLabelValue(value) : []),
    ];
    if (problems.length > 0)
      throw new UsageError(
        `invalid ${what === 'label' ? 'label' : 'annotation'} ${JSON.stringify(word)}: ${problems.join('; ')}`,
      );
    changes.set(key, value);
  }
  return { args, changes };
}

/** The members of a merge patch that make the changes; a text says why not. */
export function changedMap(
  before: Readonly<Record<string, string>>,
  changes: Changes,
  overwrite: boolean,
): Readonly<Record<string, string | null>> | string {
  const patch: Record<string, string | null> = {};
  for (const [key, value] of changes) {
    const present = Object.hasOwn(before, key) ? before[key] : undefined;
    if (present === value) continue;
    if (value !== undefined && present !== undefined && !overwrite)
      return `'${key}' already has a value (${present}), and --overwrite is false`;
    patch[key] = value ?? null;
  }
  return patch;
}
