import { createHash } from 'node:crypto';
import { realpathSync } from 'node:fs';

/** Stable for a directory of a machine, whatever links lead to it; another one for every other. */
export function sharedKey(hostId: string, path: string): string {
  return createHash('sha256')
    .update(`${hostId}\0${realPath(path)}`)
    .digest('hex')
    .slice(0, 32);
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
