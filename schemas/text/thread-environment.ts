import { getCompileCacheDir } from 'node:module';
import { dirname } from 'node:path';

/**
 * The environment of a thread of ours: nothing, but for the place where Node keeps compiled modules when this process keeps
 * them. Without it a thread of a checkout compiles its modules anew, which takes 150 ms of processor time.
 */
export function threadEnvironment(): Readonly<Record<string, string>> {
  const directory = getCompileCacheDir();
  // Node puts a directory for its version below the one that it is given
  return directory === undefined ? {} : { NODE_COMPILE_CACHE: dirname(directory) };
}
