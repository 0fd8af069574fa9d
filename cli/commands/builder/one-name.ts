import { UsageError } from '../../errors.ts';

/** The builder that Builds use that name none. */
const DEFAULT = 'default';

/** The one builder that a command is about. */
export function oneName([name = DEFAULT, ...more]: readonly string[]): string {
  if (more.length > 0) throw new UsageError('name one builder');
  return name.replace(/^(builders?|bldr)\//, '');
}
