import { join } from 'node:path';
import { removeFolder, takeLeftFolder } from './ephemeral-folder.ts';

/**
 * Takes away what a daemon with `--ephemeral` left that was killed. False: nobody left it, or somebody holds it. `onTaken` is
 * called before the work begins. Rejects when something cannot be taken away; it can be tried again.
 */
export async function takeAwayLeft(folder: string, env: NodeJS.ProcessEnv, onTaken: () => void): Promise<boolean> {
  using held = await takeLeftFolder(folder);
  if (held === undefined) return false;
  onTaken();
  // all that a daemon is made of, and mostly not needed
  const { tearDown } = await import('./tear-down.ts');
  const [dataDirectory, runDirectory] = [join(folder, 'data'), join(folder, 'run')];
  await tearDown({ dataDirectory, runDirectory, log: SILENT, env });
  await removeFolder(folder);
  return true;
}

const nothing = (): undefined => undefined;
const SILENT = { debug: nothing, info: nothing, warn: nothing, error: nothing };
