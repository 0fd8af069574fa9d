/** Where a resident program has its things: `<run>/<name>/…`. */
import { join } from 'node:path';

export interface ResidentPaths {
  /** What people call it. */
  readonly name: string;
  readonly directory: string;
  readonly socket: string;
  /** Which process it is. */
  readonly record: string;
  /** Words of its command line that no other process has. */
  readonly words: readonly [string, string];
}

export function residentPaths(runDirectory: string, name: string): ResidentPaths {
  const directory = join(runDirectory, name);
  return {
    name,
    directory,
    socket: join(directory, `${name}.sock`),
    record: join(directory, 'process.json'),
    words: ['--run-directory', directory],
  };
}
