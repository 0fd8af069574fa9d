import { mkdir, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { findOnPath, withoutPackages } from '../../../tools/setup/requirements.ts';

/** PATH for daemons: the machine's programs, not those of npm's packages. */
export const SYSTEM_PATH = `${withoutPackages(process.env['PATH'] ?? '')}:/usr/local/sbin:/usr/sbin:/sbin`;

/**
 * A `runc` that keeps the state of what it runs in `folder`: BuildKit runs it without saying where, and /run/runc is everybody's. Answers the
 * directory that it is in, to be the first on PATH.
 */
export async function wrapRunc(folder: string): Promise<string> {
  const runc = await findOnPath('runc', SYSTEM_PATH);
  if (runc === undefined) throw new Error('runc is not on PATH: node tools/setup/main.ts test installs it');
  const directory = join(folder, 'bin');
  await mkdir(directory);
  const script = `#!/bin/sh\nexec ${runc} --root ${join(folder, 'runc')} "$@"\n`;
  await writeFile(join(directory, 'runc'), script, { mode: 0o755 });
  return directory;
}

/** PATH with that directory in front. */
export function pathWith(directory: string): string {
  return `${directory}${delimiter}${SYSTEM_PATH}`;
}
