import { findByTypedName } from '../../../schemas/kinds.ts';
import { UsageError } from '../../errors.ts';

/** Those that are about a container's output. */
const OF_CONTAINERS = ['selector', 'tail', 'since', 'since-time', 'timestamps', 'previous', 'limit-bytes', 'prefix'];
/** Those that are about builds. */
const OF_BUILDS = ['build', 'progress'];

/** Names of Builds, when arguments are `build/NAME`; undefined for those of containers. Throws UsageError for a mixture. */
export function buildNames(args: readonly string[], given: ReadonlySet<string>): readonly string[] | undefined {
  const builds = args.filter((arg) => arg.includes('/') && findByTypedName(arg.split('/')[0] ?? '')?.kind === 'Build');
  const strange = (builds.length > 0 ? OF_CONTAINERS : OF_BUILDS).find((flag) => given.has(flag));
  if (strange !== undefined)
    throw new UsageError(`--${strange} is for ${builds.length > 0 ? 'containers' : 'builds: write build/NAME'}`);
  if (builds.length === 0) return undefined;
  const other = args.find((arg) => !builds.includes(arg));
  if (other !== undefined) throw new UsageError(`logs of builds and of containers are two commands: "${other}"`);
  return builds.map((arg) => {
    const name = arg.slice(arg.indexOf('/') + 1);
    if (name === '') throw new UsageError(`"${arg}": the name of the build is missing`);
    return name;
  });
}
